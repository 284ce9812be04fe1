# The image of schemactl: `docker build -t schemactl .`
#
# BASE is a Debian-like image with a Python of 3.11 or newer, its venv and CA certificates; pin it by digest for a release.
# PIP_* are pip's own settings, for those whose packages come from an index of their own. They stay in the first stage.
ARG BASE=python:3.13-slim

FROM ${BASE} AS build
ARG PIP_INDEX_URL
ARG PIP_EXTRA_INDEX_URL
ARG PIP_FIND_LINKS
ARG PIP_NO_INDEX
ARG EXTRAS=operator
COPY pyproject.toml README.md LICENSE /src/
COPY schemactl /src/schemactl
COPY dialects /src/dialects
# Without pip in what is handed on; with its bytecode, since the root file system is read-only where it runs.
RUN python3 -m venv /opt/schemactl \
 && /opt/schemactl/bin/python -m pip install --no-cache-dir --disable-pip-version-check --compile "/src[${EXTRAS}]" \
 && /opt/schemactl/bin/python -m pip uninstall --yes --quiet --disable-pip-version-check pip

FROM ${BASE}
COPY --from=build /opt/schemactl /opt/schemactl
# A number, so that a kubelet can tell that it is not root. Nothing is written but below /tmp, and little there.
USER 65532:65532
WORKDIR /tmp
ENV PATH=/opt/schemactl/bin:/usr/local/bin:/usr/bin:/bin HOME=/tmp PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
EXPOSE 8080
ENTRYPOINT ["schemactl"]
CMD ["--help"]
