"""Jobs that services wait for the end of: what these prepare, and what they write for services of the same image."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archgen.importers.compose.service import Service


def configuring_jobs(service: Service, services: Mapping[str, Service]) -> Iterator[Service]:
    """Yield the jobs that a service waits for the end of, and shares its image and a volume with."""
    for name, value in service.depends_on.items():
        job = services.get(name)
        if job is not None and value.text == "service_completed_successfully" and _is_alike(service, job):
            yield job


def awaited(service: Service, services: Mapping[str, Service]) -> set[str]:
    """Return the names of what a service waits for, also through a job that prepares one other service alone."""
    names = set(service.depends_on)
    for name, value in service.depends_on.items():
        job = services.get(name)
        if job is not None and value.text == "service_completed_successfully" and len(job.depends_on) == 1:
            names |= job.depends_on.keys()
    return names


def _is_alike(service: Service, job: Service) -> bool:
    return service.runs_program_of(job) and not _volumes(service).isdisjoint(_volumes(job))


def _volumes(service: Service) -> set[str]:
    return {mount.text for mount in service.mounts.values() if not mount.text.endswith(".sock")}
