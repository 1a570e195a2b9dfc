# archgen in a container: docker run --rm -v "$PWD:/work" IMAGE lint
FROM python:3.13-slim

# git is for `lint --since` and `diff`
RUN apt-get update \
    && apt-get install --yes --no-install-recommends git \
    && rm -rf /var/lib/apt/lists/* \
    && git config --system --add safe.directory /work

COPY pyproject.toml constraints.txt README.md LICENSE /archgen/
COPY archgen /archgen/archgen
COPY models /archgen/models
RUN pip install --no-cache-dir --constraint /archgen/constraints.txt '/archgen[site,slides]'

RUN useradd --create-home archgen
USER archgen
WORKDIR /work
ENTRYPOINT ["archgen"]
CMD ["lint"]
