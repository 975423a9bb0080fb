# Every command and service; broker and database are servers of their own (docker-compose.yml).
FROM python:3.12-slim AS build
WORKDIR /build
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY router router
COPY consumers consumers
COPY producers producers
COPY bancheng bancheng
RUN python -m venv /opt/bancheng \
    && /opt/bancheng/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".[tracing]"

FROM python:3.12-slim
LABEL org.opencontainers.image.title="bancheng" \
      org.opencontainers.image.description="A router for matters that cannot be done" \
      org.opencontainers.image.licenses="Apache-2.0"
RUN useradd --uid 10001 --create-home --home-dir /var/lib/bancheng bancheng \
    && install -d -o bancheng -g bancheng -m 0700 /var/lib/bancheng/run
COPY --from=build /opt/bancheng /opt/bancheng
ENV PATH=/opt/bancheng/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BANCHENG_HOME=/var/lib/bancheng
USER bancheng
WORKDIR /var/lib/bancheng
VOLUME /var/lib/bancheng
ENTRYPOINT ["bancheng"]
CMD ["--help"]
