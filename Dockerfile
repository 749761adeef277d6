# One image, three commands: bss serve, bss work, bss migrate.
FROM python:3.12-slim
RUN useradd --create-home --uid 10001 bss
WORKDIR /srv/bss
COPY pyproject.toml constraints.txt ./
COPY bss bss
COPY schema schema
COPY sync sync
COPY workers workers
COPY server server
RUN pip install --no-cache-dir -c constraints.txt .
USER bss
ENV BSS_HOST=0.0.0.0 BSS_PORT=8000
EXPOSE 8000
CMD ["bss", "serve"]
