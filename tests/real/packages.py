"""Packages of Debian and PyPI, fetched as this machine is set up to, for the files in them; nothing is installed.

What was fetched stays a day in `$XDG_CACHE_HOME/schemactl/packages`, so that tests see what the registries have now
and yet ask them once. None of it enters the repository: each file is its authors', under a licence of its own.
"""

from __future__ import annotations

import fcntl
import gzip
import json
import os
import shutil
import subprocess
import sys
import tarfile
import time
import zipfile
from collections import defaultdict
from pathlib import Path
from urllib.parse import unquote

from schemactl.dialect import SourceText
from tests.real.manifest import Application, File, Package

DAY = 24 * 3600
APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=")


class NoPackage(Exception):
    """A package could not be had. Tests that need one fail: they are never skipped."""


class Packages:
    """The files that applications need, out of the packages that ship them."""

    def __init__(self, applications: list[Application]) -> None:
        self._wanted: dict[Package, list[str]] = defaultdict(list)
        for application in applications:
            for file in (*application.given, *application.files):
                self._wanted[file.package].append(file.path)
        self._directory = _cache()
        with (self._directory / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # several workers of one run begin at once
            self._versions = self._fetched() or self._fetch()

    def version(self, package: Package) -> str:
        return self._versions[str(package)]

    def texts(self, files: tuple[File, ...]) -> list[SourceText]:
        return [self._text(file) for file in files]

    def _text(self, file: File) -> SourceText:
        path = self._place(file.package) / file.path
        data = path.read_bytes()
        if path.suffix == ".gz":
            data = gzip.decompress(data)
        return SourceText(name=path.name, text=data.decode())

    def _place(self, package: Package) -> Path:
        return self._directory / package.registry / package.name

    def _fetched(self) -> dict[str, str] | None:
        """The versions that are here; None if they are old, or not all."""
        try:
            stamp = json.loads((self._directory / "fetched.json").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        versions: dict[str, str] = stamp["versions"]
        there = all((self._place(p) / path).exists() for p, paths in self._wanted.items() for path in paths)
        return versions if there and time.time() - stamp["at"] < DAY else None

    def _fetch(self) -> dict[str, str]:
        versions = {}
        (self._directory / "fetched.json").unlink(missing_ok=True)
        for registry, download, extract in (
            ("apt", _download_apt, _extract_deb),
            ("pypi", _download_pypi, _extract_wheel),
        ):
            packages = [package for package in self._wanted if package.registry == registry]
            if not packages:
                continue
            archives = self._directory / f"{registry}-archives"
            shutil.rmtree(archives, ignore_errors=True)
            archives.mkdir()
            download([package.name for package in packages], archives)
            for package in packages:
                archive, versions[str(package)] = _archive(archives, package)
                place = self._place(package)
                shutil.rmtree(place, ignore_errors=True)
                extract(archive, self._wanted[package], place)
                for path in self._wanted[package]:
                    if not (place / path).is_file():
                        raise NoPackage(f"{archive.name} has no file {path}; the manifests of tests/real name it")
            shutil.rmtree(archives)
        stamp = {"at": time.time(), "versions": versions}
        (self._directory / "fetched.json").write_text(json.dumps(stamp), encoding="utf-8")
        return versions


def _cache() -> Path:
    base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    directory = base / "schemactl" / "packages"
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def _archive(archives: Path, package: Package) -> tuple[Path, str]:
    """The one archive of a package, and the version that its name states (`name_version_arch`, `name-version-tags`)."""
    for path in archives.iterdir():
        name, version, *_ = path.name.split("_" if package.registry == "apt" else "-")
        if name.replace("_", "-").lower() == package.name.replace("_", "-").lower():
            return path, unquote(version)
    raise NoPackage(f"{package.registry} gave no archive of {package.name}")


def _download_apt(names: list[str], into: Path) -> None:
    if shutil.which("apt-get") is None or shutil.which("dpkg-deb") is None:
        raise NoPackage("the schemas of tests/real come from Debian's packages, and there is no apt-get here")
    if _run([*APT, "download", *names], into):
        # No package lists yet, or lists that are older than what the mirror still has.
        _run([*APT, "update"], into)
        if error := _run([*APT, "download", *names], into):
            raise NoPackage(f"apt could not download the packages that tests/real needs: {error}")


def _download_pypi(names: list[str], into: Path) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    if error := _run([*pip, "download", "--no-deps", "--only-binary", ":all:", "--dest", str(into), *names], into):
        raise NoPackage(f"pip could not download the packages that tests/real needs: {error}")


def _run(command: list[str], directory: Path) -> str:
    """Empty if it went well, else what the command said at its end."""
    result = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stderr.strip()[-500:] or f"exit code {result.returncode}"


def _extract_deb(archive: Path, paths: list[str], into: Path) -> None:
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE) as unpacked,
        tarfile.open(fileobj=unpacked.stdout, mode="r|") as files,
    ):
        for member in files:
            if member.name.removeprefix("./") in paths:
                files.extract(member, into, filter="data")


def _extract_wheel(archive: Path, paths: list[str], into: Path) -> None:
    with zipfile.ZipFile(archive) as files:
        for path in set(paths) & set(files.namelist()):
            files.extract(path, into)
