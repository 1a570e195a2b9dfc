"""The forms in which sources read the variables of their environment, and those in which they don't."""

from __future__ import annotations

import pytest

from archgen.importers.sources.calls.literal_addresses import literal_addresses
from archgen.importers.sources.calls.local_ports import local_ports_called
from archgen.importers.sources.calls.source_calls import _lines
from archgen.importers.sources.instructions import _PRINTS, files_written, instructions_of
from archgen.importers.sources.reading import CodeText, names_read

READING = [
    ("a.js", "process.env.STOCK_URL"),
    ("a.ts", "const { PORT, STOCK_URL = '' } = process.env;"),
    ("a.ts", "config.get<string>('STOCK_URL')"),
    ("a.ts", "z.object({\n  STOCK_URL: z.string(),\n}).parse(process.env)"),
    ("a.ts", "import.meta.env.STOCK_URL"),
    ("a.py", 'os.environ["STOCK_URL"]'),
    ("a.py", "os.environ.get('STOCK_URL', '')"),
    ("a.py", "class All(BaseSettings):\n    stock_url: str\n"),
    ("a.py", 'Field(validation_alias="STOCK_URL")'),
    ("a.go", 'os.Getenv("STOCK_URL")'),
    ("a.go", 'Stock string `env:"STOCK_URL,required"`'),
    ("a.rs", 'std::env::var("STOCK_URL")'),
    ("a.rs", '#[arg(long, env = "STOCK_URL")]'),
    ("a.rb", "ENV['STOCK_URL']"),
    ("a.rb", 'ENV.fetch("STOCK_URL")'),
    ("a.php", "env('STOCK_URL')"),
    ("a.php", "$_ENV['STOCK_URL']"),
    ("a.exs", 'System.fetch_env!("STOCK_URL")'),
    ("a.java", '@Value("${STOCK_URL:http://localhost}")'),
    ("application.yml", "stock: ${STOCK_URL}"),
    ("a.cs", 'Environment.GetEnvironmentVariable("STOCK_URL")'),
    ("a.js", 'const at = "http://x"; // or\nget(process.env.STOCK_URL)'),
]

NOT_READING = [
    ("a.js", "// process.env.STOCK_URL"),
    ("a.js", "/* once\n process.env.STOCK_URL */"),
    ("a.py", '# os.environ["STOCK_URL"]'),
    ("a.py", '"""Once os.environ["STOCK_URL"]."""'),
    ("a.py", 'os.environ["STOCK_URL"] = "x"'),
    ("a.js", "process.env.STOCK_URL_OLD"),
    ("a.ts", "const { STOCK_URL } = settings;"),
    ("a.py", "class All(Base):\n    stock_url: str\n"),
    ("a.py", 'class All(BaseSettings):\n    model_config = {"env_prefix": "A_"}\n    stock_url: str\n'),
    ("a.js", "`${STOCK_URL}`"),
]


@pytest.mark.parametrize(("path", "text"), READING)
def test_a_source_reads_a_variable(path: str, text: str) -> None:
    assert names_read([(path, text)]).reads("STOCK_URL")


@pytest.mark.parametrize(("path", "text"), NOT_READING)
def test_a_source_reads_no_variable(path: str, text: str) -> None:
    assert not names_read([(path, text)]).reads("STOCK_URL")


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ('Configuration["Stock:BaseUrl"]', True),
        ('config.GetSection("stock").Get<Stock>()', True),
        ('Configuration["Stock"]', False),
        ('config.GetSection("Stocks")', False),
    ],
)
def test_settings_of_dotnet_have_colons_between_their_parts(text: str, *, reads: bool) -> None:
    assert names_read([("a.cs", text)]).reads("Stock__BaseUrl") is reads


def test_a_connection_string_is_a_section_of_its_own() -> None:
    assert names_read([("a.cs", 'config.GetConnectionString("Stock")')]).reads("ConnectionStrings__Stock")


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("stock:\n  url: x", True),
        ("settings.stockUrl", True),
        ("f'{name}_URL'", True),
        ("'STOCK_' + name", True),
        ("f'{name}_BASE_URL'", False),
        ("viper.AutomaticEnv()", True),
        ("builder.Configuration.GetSection(StockOptions.Name)", True),
        ("services.Configure<All>(builder.Configuration)", True),
        ("builder.Configuration.Bind(all)", True),
        ('builder.Configuration.GetSection("Orders")', False),
        ("stock = 1\nurl = 2\nSTOCK_PORT", False),
        ("# STOCK_URL", False),
    ],
)
def test_a_variable_that_a_source_may_name_otherwise(text: str, *, may: bool) -> None:
    assert names_read([("a.py", text)]).may_read("STOCK_URL") is may


@pytest.mark.parametrize(
    ("text", "may"),
    [
        ("f'{name}_SERVICE_URL'", True),
        ('fmt.Sprintf("%s_SERVICE_URL", name)', True),
        ("os.environ['STOCK_' + kind]", True),
        ('"STOCK_SERVICE_%s"', True),
        ("stock_service = 1\nservice_url = 2\nall_url = 3", False),
    ],
)
def test_some_words_of_a_variable_are_put_before_or_behind_others(text: str, *, may: bool) -> None:
    assert names_read([("a.py", text)]).may_read("STOCK_SERVICE_URL") is may


@pytest.mark.parametrize("words", ["echo a ", 'echo \\" '])
def test_words_of_a_command_are_no_beginnings_of_others(words: str) -> None:
    """Each would be read to the end again: the time of a long command would grow with the square of its words."""
    text = (words * 50).strip()
    assert [match[0] for match in _PRINTS.finditer(text)] == [text]


@pytest.mark.parametrize(
    ("recipe", "files"),
    [
        ("RUN echo a echo b > /x", {"/x": "a echo b\n"}),
        ("RUN echo a; echo b > /x", {"/x": "b\n"}),
        ("RUN echo a \\\n b | tee -a /x", {"/x": "a b\n"}),
        ('RUN echo \\"a\\" > /x && echo "b" >> /x', {"/x": '"a"\n' + "b\n"}),
        ("RUN <<E\necho a\nrun # don't\necho b \\\n > /x\nrun # don't\nE", {"/x": "b\n"}),
        ("RUN <<E\necho a\n> /x\nE", {}),
    ],
)
def test_a_recipe_prints_files(recipe: str, files: dict[str, str]) -> None:
    written = [file for each in instructions_of(recipe) for file in files_written(each)]
    assert {file.target: file.text for file in written} == files


@pytest.mark.parametrize(
    ("text", "called"),
    [
        ("use('/a/*', x)\nget('http://api')\nuse('/b/*/', x)", 1),
        ("use(`/a/*`, x)\nget('http://api')\nuse(`/b/*/`, x)", 1),
        ("/* a\nget('http://api')\n*/", None),
        ("const a = 'b' /* a\nget('http://api')\n*/", None),
        ("a /* b\n// get('http://api')", None),
        ("/* a */ b /* c\nget('http://api')", 1),
        ("type('*/*')\nget('http://api')", 1),
    ],
)
def test_an_address_is_called_outside_of_comments(text: str, called: int | None) -> None:
    lines = ["http://api" if number == called else "" for number in range(text.count("\n") + 1)]
    assert [*_lines(text, {"api": "api"}, ())] == lines


def test_an_address_in_a_source_has_the_line_of_its_call() -> None:
    text = '# see https://api.rates.dev/docs\n# httpx.get("https://api.rates.dev/v1")\nimport httpx\nhttpx.get("https://api.rates.dev/v1")\n'
    (found,) = literal_addresses([CodeText("app.py", text)], "httpx")
    assert (found.url, found.source.line) == ("https://api.rates.dev/v1", 4)


@pytest.mark.parametrize(
    "call",
    [
        'Net::HTTP.get(URI("https://api.rates.dev/v1"))',
        'Net::HTTP.post_form(URI.parse("https://api.rates.dev/v1"), q: 1)',
        'RATES_URL = "https://api.rates.dev/v1".freeze\nuri = URI(RATES_URL)\nNet::HTTP.get_response(uri)',
        'URI.open("https://api.rates.dev/v1")',
    ],
)
def test_an_address_that_a_program_of_ruby_calls_without_a_library_is_called(call: str) -> None:
    found = [*literal_addresses([CodeText("rates.rb", f"require 'net/http'\n{call}\n")], "rails")]
    assert [(each.url, each.is_called) for each in found] == [("https://api.rates.dev/v1", True)]


def test_line_of_a_port_is_that_of_the_call_and_not_of_a_comment_before_it() -> None:
    text = (
        "/* a\n fetch('http://localhost:8080') */\n// fetch('http://localhost:8080')\nfetch('http://localhost:8080')\n"
    )
    assert [*local_ports_called(CodeText("a.js", text))] == [(8080, 4)]


@pytest.mark.parametrize(
    ("path", "text", "is_called"),
    [
        ("lib/geo.ex", 'AcmeTeslaClient.get("https://api.places.dev/v2/info",\n  query: [])\n', True),
        ("lib/geo.ex", 'Finch.build(:get, "https://api.places.dev/v2/info")\n', True),
        ("Geo.cs", 'string placesUri = "http://places.dev/json/";\nHttpClient c;\nc.Get(placesUri);\n', False),
        (
            "Geo.cs",
            'IHttpClientFactory f;\nstring placesUri = "http://places.dev/json/";\nvar way = placesUri + x;\n'
            "await httpClient.GetFromJsonAsync<Place>(way);\n",
            True,
        ),
        ("Soap.cs", 'string nameUri = "http://schemas.acme.dev/soap/";\nHttpClient client;\n', False),
    ],
)
def test_addresses_are_read_that_clients_of_other_languages_call(path: str, text: str, is_called: bool) -> None:
    found = [*literal_addresses([CodeText(path, text)], "plug")]
    assert [each.is_called for each in found] == ([True] if is_called else [])
