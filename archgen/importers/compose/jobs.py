"""Jobs that write, into a volume, the configuration that services of the same image run with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.importers.compose.service import Service


def configuring_jobs(service: Service, services: Mapping[str, Service]) -> Iterator[Service]:
    """Yield the jobs that a service waits for the end of, and shares its image and a volume with."""
    for name, value in service.depends_on.items():
        job = services.get(name)
        if job is not None and value.text == "service_completed_successfully" and _is_alike(service, job):
            yield job


def _is_alike(service: Service, job: Service) -> bool:
    return service.runs_program_of(job) and not _volumes(service).isdisjoint(_volumes(job))


def _volumes(service: Service) -> set[str]:
    return {mount.text for mount in service.mounts.values() if not mount.text.endswith(".sock")}
