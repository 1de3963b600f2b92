# One image for every service of docker-compose.yml: the environment of `make run`, from the same lock.

FROM python:3.11.13-slim-bookworm AS environment
COPY requirements.lock /tmp/requirements.lock
# Every package is pinned with its hashes; anything else is refused. pip compiles while it installs,
# which saves each process of Airflow 3 to 4 s.
RUN python -m venv /opt/venv \
 && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check \
      --only-binary :all: --require-hashes -r /tmp/requirements.lock

# The site's shell: npm installs what its lock names, Node comes from the environment.
FROM environment AS site
WORKDIR /opt/sandan
COPY publication publication
RUN PYTHONPATH=/opt/sandan /opt/venv/bin/python -m publication.site

FROM python:3.11.13-slim-bookworm
# An empty named volume takes over owner and mode of the directory it is mounted on.
RUN groupadd --gid 10001 sandan \
 && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /opt/airflow --shell /usr/sbin/nologin sandan \
 && install -d -o sandan -g sandan -m 0750 \
      /opt/airflow /opt/airflow/logs /opt/airflow/auth /opt/sandan /opt/sandan/var /opt/sandan/inbox
COPY --from=environment /opt/venv /opt/venv
WORKDIR /opt/sandan
# .dockerignore lets through what belongs into the image and nothing else.
COPY . .
COPY --from=site /opt/sandan/publication/site/dist publication/site/dist
# Settings come from the environment; without a file Airflow writes one with keys of its own.
RUN python -m compileall -q dags disclosure docker expectations ingestion pipeline publication seasonal \
 && touch /opt/airflow/airflow.cfg
ENV PATH=/opt/venv/bin:/usr/local/bin:/usr/bin:/bin
ENV PYTHONPATH=/opt/sandan
ENV PYTHONUNBUFFERED=1
ENV AIRFLOW_HOME=/opt/airflow
USER 10001:10001
CMD ["airflow", "version"]
