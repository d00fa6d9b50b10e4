# srok with the extras office and postgres, by the hashes of its lock. One container alone:
#   docker build --tag srok . && docker run --init --volume ./home:/srok srok
# Several: compose.yaml. What is copied is named here and in .dockerignore; secrets come from the environment.

FROM python:3.11-slim-bookworm AS build
WORKDIR /src
RUN python -m venv /opt/srok
ENV PATH=/opt/srok/bin:$PATH
COPY requirements.lock requirements-extras.lock ./
RUN pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.lock \
 && pip install --no-cache-dir --require-hashes --no-deps --requirement requirements-extras.lock
COPY pyproject.toml README.md LICENSE ./
COPY engine engine
COPY flows flows
COPY notifiers notifiers
COPY plans plans
COPY srok srok
COPY deploy deploy
RUN python -m hatchling build --target wheel \
 && pip install --no-cache-dir --no-index --no-deps dist/srok-*.whl \
 && pip uninstall --yes editables hatchling tomlkit trove-classifiers

FROM python:3.11-slim-bookworm
# The zones are those of the package tzdata in the lock: the image has none of its own.
ENV PATH=/opt/srok/bin:$PATH \
    DO_NOT_TRACK=1 \
    PYTHONTZPATH= \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    SROK_HOME=/srok
RUN useradd --uid 1000 --create-home srok && install --directory --owner=srok --mode=0700 /srok
COPY --from=build /opt/srok /opt/srok
WORKDIR /srok
USER 1000:1000
HEALTHCHECK --interval=1m --timeout=10s --start-period=2m \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8321/healthz', timeout=8)"]
CMD ["srok", "up", "--web-port", "8321"]
