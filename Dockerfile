# archgen in a container: docker run --rm -v "$PWD:/work" IMAGE lint
#
# The version of the base is exact; its digest can be added (`@sha256:…`) where the registry can be asked for it.
FROM python:3.13.11-slim-trixie

# git is for `lint --since` and `diff`
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /work

# What the extras `site` and `slides` need, by its hashes; `make pins` writes the file.
COPY requirements/image.txt /archgen/requirements/
RUN pip install --no-cache-dir --require-hashes --requirement /archgen/requirements/image.txt

COPY pyproject.toml README.md LICENSE /archgen/
COPY archgen /archgen/archgen
COPY models /archgen/models
RUN pip install --no-cache-dir --no-deps --no-build-isolation /archgen

RUN useradd --create-home archgen
USER archgen
WORKDIR /work
ENTRYPOINT ["archgen"]
CMD ["lint"]
