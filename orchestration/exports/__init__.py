"""Reading, checking and landing of inbox exports: plain functions that know nothing of Dagster.

Find days with `find_export_days`, ask which are new with `pending_days`, land each with `load_day`,
read what is landed from `read_manifests`. Transformation of the landed rows does not belong here.
"""

from orchestration.exports.errors import (
    BadExportFile,
    BrokenManifest,
    ExportsNotFound,
    ExportsUnreachable,
    LandingFailed,
    WrongPseudonymKey,
)
from orchestration.exports.landing import collect_garbage, load_day
from orchestration.exports.layout import ExportDay, ExportFile, find_export_days, find_ignored
from orchestration.exports.manifest import DayManifest, FileEntry, pending_days, read_manifests
from orchestration.exports.reading.limits import ReadLimits
from orchestration.exports.reading.schema import ENTITIES
from orchestration.exports.validation import FileReport, ValidationReport, validate_files

__all__ = [
    "ENTITIES",
    "BadExportFile",
    "BrokenManifest",
    "DayManifest",
    "ExportDay",
    "ExportFile",
    "ExportsNotFound",
    "ExportsUnreachable",
    "FileEntry",
    "FileReport",
    "LandingFailed",
    "ReadLimits",
    "ValidationReport",
    "WrongPseudonymKey",
    "collect_garbage",
    "find_export_days",
    "find_ignored",
    "load_day",
    "pending_days",
    "read_manifests",
    "validate_files",
]
