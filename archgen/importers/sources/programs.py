"""Where the sources of programs lie in a repository, and which of the settings that several are given each of them reads."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import KeysView, Mapping, Set
from functools import cached_property
from typing import Literal

from archgen.importers.catalogue import Known
from archgen.importers.facts import Opener, WrittenAddress
from archgen.importers.packages import PackageLists, has_driver_for, has_library_for, lacks_library_for
from archgen.importers.sources.built_images import image_builds
from archgen.importers.sources.calls.property_addresses import addresses_in
from archgen.importers.sources.declared_programs import Program
from archgen.importers.sources.file_kinds import OF_FRAMEWORKS, likely_callers_first
from archgen.importers.sources.folders import Folders, code_of_image, folders_above, is_of_another
from archgen.importers.sources.images.shared_images import places_of_images, settings_below
from archgen.importers.sources.modules import Packages, lists_at, packages_imported
from archgen.importers.sources.reading import CodeText, ReadNames, code_text, may_be_of_library, names_read
from archgen.importers.sources.source_tree import MAIN, SourceTree
from archgen.importers.sources.started_modules import started_modules

SourceReading = Literal["reads", "lacks"]

_USES_OTHERS = re.compile(r"\"(?:workspace|file|link):|\bpath *=|projectreference")
"""What lists in small letters say of packages of the system itself, through which a program may call a store."""

_LEAST_OF_SETTINGS = 3
"""Variables in a file that collects settings; one with fewer is that of what needs them."""

_MOST_FILES = 400
_LARGEST = 256 * 1024
_MOST_BYTES = 4 * 1024 * 1024


class ProgramSources:
    """The sources of the programs of a system, as far as each has a directory of its own in the repository."""

    def __init__(self, programs: Mapping[str, Program], opener: Opener) -> None:
        self._programs = programs
        self._opener = opener
        self._trees: dict[str, SourceTree] = {}
        self._read: dict[str, tuple[ReadNames, bool] | None] = {}
        self._lists: dict[str, PackageLists] = {}
        self._imported: dict[str, Packages | None] = {}
        self._divided: dict[Known, bool] = {}
        self._wanted: dict[str, bool] = {}
        self._listed: dict[Known, bool] = {}
        self._own: dict[str, ReadNames] = {}
        self._own_code: dict[str, list[CodeText]] = {}
        self._addresses: dict[str, list[WrittenAddress]] = {}
        self._at: dict[str, tuple[ReadNames, bool] | None] = {}
        self._names: dict[str, frozenset[str]] = {}
        self._below: dict[tuple[str, str], list[CodeText]] = {}

    @cached_property
    def _places(self) -> Mapping[str, str | None]:
        """Return the directories of programs by their ids, also those that several have."""
        images = Counter(each.identity for each in self._programs.values())
        return {
            key: self._directory_of(each, is_alone=images[each.identity] == 1) for key, each in self._programs.items()
        }

    @cached_property
    def directories(self) -> Mapping[str, str]:
        """Return the directories of programs by their ids; one that several may have, or that holds another's, is none's.

        Of an image with several programs each has to have one.
        """
        found = self._places
        counts = Counter(found.values())
        above = {outer for place in counts if place is not None for outer in folders_above(place)}
        lost = {self._programs[key].identity for key, place in found.items() if place is None}
        return {
            key: place
            for key, place in found.items()
            if place and counts[place] == 1 and place not in above and self._programs[key].identity not in lost
        }

    def _directory_of(self, program: Program, *, is_alone: bool) -> str | None:
        place = self._tree(program.path).directory_of(program, self._opener.tree(program.path).place, is_alone=is_alone)
        images = image_builds(program.path, self._opener) if place is None and is_alone and program.image else None
        return images.directory_of(program.image, program.name) if images is not None else place

    @cached_property
    def _places_of_images(self) -> Mapping[str, str]:
        """Return the directories of the images of programs that have none themselves: they tell what may be called, and prove nothing."""
        return dict(places_of_images(self._programs, self._places, self._opener))

    def reading_of(
        self, program: str, variable: str, given: tuple[str, ...], target: Known, lists: PackageLists
    ) -> SourceReading | None:
        """Return if a program `reads` a variable of those that it is `given` with others, or `lacks` it; None where nothing tells.

        A library may read a variable by itself, and what several programs share may read it for any of them. What no source
        of the system reads is read in a way that isn't known, so that no program lacks it.
        """
        if program not in self.directories:
            return None
        read = self.what_reads(program)
        if read is None:
            return None
        names, is_whole = read
        lists = self.lists_of(program) or lists
        if names.reads(variable):
            # settings are copied, and libraries aren't
            if self._is_in_copy_alone(program, variable) and not (target.keeps_data and has_driver_for(target, lists)):
                return None
            is_without = (
                lists.text != "" and not has_library_for(target, lists) and _USES_OTHERS.search(lists.text) is None
            )
            is_copied = variable not in names.names and target.keeps_data and is_without
            return None if is_copied and self._is_library_of_some(target) else "reads"
        packages = self._packages(program)
        if packages is not None and target.keeps_data and packages.names.reads(variable):
            return self._reading_by_library(packages.libraries, target)
        if (
            variable in self._programs[program].command
            or not is_whole
            or names.may_read(variable)
            or may_be_of_library(variable, target, lists)
        ):
            return None
        if not names.reads_any(given) or self.may_be_shared(program, variable) or not self._is_read(variable):
            return None
        return "lacks"

    def names_itself(self, program: str, variable: str) -> bool:
        """Return True if the source of a program reads a variable, other than by a file that several programs have alike."""
        read = self.what_reads(program) if program in self.directories else None
        return read is not None and read[0].reads(variable) and not self._is_in_copy_alone(program, variable)

    def reads_where_it_lies(self, program: str, variable: str, *, in_code: bool = False) -> bool | None:
        """Return if the source of a program, which others may be built of too, reads a variable; None where nothing tells.

        Whether any code needs what its files of settings take, nothing tells either.
        """
        place = self._places.get(program)
        if not place:
            return None
        if place not in self._at:
            tree = self._tree(self._programs[program].path)
            inner = {each for each in self._places.values() if each and each.startswith(f"{place}/")}
            code = [name for name in tree.code if name.startswith(f"{place}/")] if not inner else []
            self._at[place] = self._read_below(program, place, code)
        read = self._at[place]
        if read is None or (in_code and variable in read[0].given - read[0].names):
            return None
        if read[0].reads(variable):
            return True
        return False if read[1] and not read[0].may_read(variable) else None

    def _is_library_of_some(self, target: Known) -> bool:
        """Return True if the own lists of some program hold a library for a store."""
        if target not in self._listed:
            own = map(self.lists_of, self.directories)
            self._listed[target] = any(lists is not None and has_library_for(target, lists) for lists in own)
        return self._listed[target]

    def _is_read(self, variable: str) -> bool:
        """Return True if the source of any program reads a variable or a file beside it names it, or what it shares with others may."""
        if variable not in self._wanted:
            read = ((key, self.what_reads(key)) for key in self.directories)
            self._wanted[variable] = any(
                each is not None
                and (each[0].reads(variable) or variable in each[0].beside or self.may_be_shared(key, variable))
                for key, each in read
            )
        return self._wanted[variable]

    def _reading_by_library(self, libraries: PackageLists, target: Known) -> SourceReading | None:
        """Return if a program that may read the address of a store has a library for it, where some have one and some have none."""
        if target not in self._divided:
            others = [each.libraries for key in self.directories if (each := self._packages(key)) is not None]
            has_any = any(has_library_for(target, each) for each in others)
            self._divided[target] = has_any and any(lacks_library_for(target, each) for each in others)
        if not self._divided[target]:
            return None
        if lacks_library_for(target, libraries):
            return "lacks"
        return "reads" if has_library_for(target, libraries) else None

    def lists_of(self, program: str) -> PackageLists | None:
        """Return the lists of packages in the own directory of a program, None without any."""
        place = self.directories.get(program, "" if self._of_all == [program] else None)
        if place is None:
            return None
        if program not in self._lists:
            tree = self._tree(self._programs[program].path)
            names = [name for name in tree.lists if posixpath.dirname(name) == place]
            packages = self._packages(program) if not names and place else None
            path = self._programs[program].path
            self._lists[program] = packages.libraries if packages is not None else lists_at(names, path, self._opener)
        return self._lists[program] if self._lists[program].text else None

    def lists_of_image(self, program: str) -> PackageLists | None:
        """Return the own lists of packages of a program, else those of its image, which others may run too; None without any."""
        own, place = self.lists_of(program), self._place_of_image(program)
        if own is not None or place is None:
            return own
        path = self._programs[program].path
        names = [name for name in self._tree(path).lists if posixpath.dirname(name) == place]
        return lists_at(names, path, self._opener) if names else None

    def names_in_image(self, program: str) -> frozenset[str]:
        """Return the names of the variables that the source of the image of a program reads, which others may run too."""
        place = self._place_of_image(program)
        if place is not None and place not in self._names:
            settings = settings_below(place, self._tree(self._programs[program].path).names)
            read = [code_text(*file, self._opener.answers) for file in self.texts(program, settings)[0]]
            read += self._code_below(program, place)
            self._names[place] = frozenset(name for file in read for name in (*file.names.names, *file.names.given))
        return self._names[place] if place is not None else frozenset()

    def _place_of_image(self, program: str) -> str | None:
        if program not in self._programs:
            return None
        place = "" if self._is_of_all(program) else self._places.get(program)
        return place if place is not None else self._places_of_images.get(program)

    def _packages(self, program: str) -> Packages | None:
        """Return the packages of Go that a program is built of, None of another language."""
        if program not in self._imported:
            tree, place = self._tree(self._programs[program].path), self.directories[program]
            module = next(
                (above for above in (*folders_above(f"{place}/"), "") if posixpath.join(above, "go.mod") in tree.lists),
                None,
            )
            self._imported[program] = None
            if module is not None and any(
                posixpath.dirname(name) == place for name in tree.code if name.endswith(".go")
            ):
                (_, text), *_ = self.texts(program, [posixpath.join(module, "go.mod")])[0]
                self._imported[program] = packages_imported(
                    (module, text),
                    place,
                    tree.go_files,
                    lambda names: self.texts(program, names)[0],
                    self._opener.answers,
                )
        return self._imported[program]

    def what_reads(self, program: str) -> tuple[ReadNames, bool] | None:
        """Return what the source of a program reads, and True if that is all of it."""
        if program not in self._read:
            self._read[program] = self._read_below(program, self.directories[program], [*self.code_of(program)])
        return self._read[program]

    def _read_below(self, program: str, place: str, code: list[str]) -> tuple[ReadNames, bool] | None:
        files, is_whole = self.texts(program, code)
        tree = self._tree(self._programs[program].path)
        beside, is_complete = self.texts(program, [name for name in tree.beside if name.startswith(f"{place}/")])
        read = names_read(files, self._opener.answers)
        read.beside = "\n".join(text for _, text in beside)
        return (read, is_whole and is_complete and tree.is_whole) if files else None

    def _is_in_copy_alone(self, program: str, variable: str) -> bool:
        """Return True if only a file of settings that other programs have too, and no other file of it, reads a variable."""
        copied = self._copied.get(program)
        own = sorted(self.code_of(program) - copied) if copied is not None else []
        if own and program not in self._own:
            self._own[program] = names_read(self.texts(program, own)[0], self._opener.answers)
        return bool(own) and not self._own[program].reads(variable)

    @cached_property
    def _copied(self) -> Mapping[str, Set[str]]:
        """Return the files by which several programs read the same variables, at the same place in the directory of each."""
        below: dict[str, list[tuple[str, str]]] = {}
        for program, place in self.directories.items():
            for name in self.code_of(program):
                # what a program begins with, and all that there is of one, are no settings
                if MAIN.match(posixpath.basename(name)) is None:
                    below.setdefault(name[len(place) :], []).append((program, name))
        copied: dict[str, set[str]] = {}
        for files in below.values():
            alike: dict[frozenset[str], list[tuple[str, str]]] = {}
            for program, name in files if len(files) > 1 else ():
                read = names_read(self.texts(program, [name])[0], self._opener.answers)
                alike.setdefault(frozenset(read.names), []).append((program, name))
            for names, group in alike.items():
                for program, name in group if len(group) > 1 and len(names) >= _LEAST_OF_SETTINGS else ():
                    copied.setdefault(program, set()).add(name)
        return copied

    def code_of(self, program: str) -> KeysView[str]:
        """Return the source files in the directory of a program."""
        place = f"{self.directories[program]}/"
        return {name: None for name in self._tree(self._programs[program].path).code if name.startswith(place)}.keys()

    def own_code(self, program: str) -> list[CodeText]:
        """Return the source files of a program: of its directory, and those that its command starts in an image of all there is."""
        if program not in self._programs:
            return []
        if program not in self._own_code:
            self._own_code[program] = self._own_files(program)
        return self._own_code[program]

    def _own_files(self, program: str) -> list[CodeText]:
        is_of_all = self._is_of_all(program)
        is_alone = is_of_all and self._of_all == [program]
        place = self.directories.get(program)
        files = self._code_below(program, place or "") if place is not None or is_alone else []
        if not is_alone and (is_of_all or self._places.get(program) is not None):
            started = started_modules(self._programs[program].command, self.image_code(program))
            files = [*files, *(file for file in started if file not in files)]
        built = self._programs[program].packages
        return [file for file in files if not is_of_another(file.path, built)] if built else files

    def image_code(self, program: str) -> list[CodeText]:
        """Return the source files of the image of a program, which others may be built of too."""
        place = "" if self._is_of_all(program) else self._places.get(program)
        return self._code_below(program, place) if place is not None else []

    def settings_of(self, program: str) -> list[CodeText]:
        """Return the files of settings that frameworks read by their names, in the directory of a program."""
        if program not in self._programs:
            return []
        place = "" if self._is_of_all(program) else self._places.get(program)
        names = self._tree(self._programs[program].path).beside if place is not None else []
        own = [
            name for name in names if (match := OF_FRAMEWORKS.fullmatch(name)) is not None and (match[1] or "") == place
        ]
        return [code_text(*file, self._opener.answers) for file in self.texts(program, own)[0]]

    def addresses_of_all(self, program: str, libraries: str) -> list[WrittenAddress]:
        """Return the addresses in a source that several programs are built of; `libraries` are its packages."""
        place = self._place_of_image(program)
        if place is None or program in self.directories or self._of_all == [program]:
            return []
        if place not in self._addresses:
            self._addresses[place] = [*addresses_in(self._code_below(program, place), libraries)]
        return self._addresses[place]

    @cached_property
    def _of_all(self) -> list[str]:
        """Return the programs that are built of all that the repository holds."""
        return [program for program in self._programs if self._is_of_all(program)]

    def _is_of_all(self, program: str) -> bool:
        own = self._programs.get(program)
        if own is None or self._places[program] == "":
            return own is not None
        start = self._opener.tree(own.path).place
        return "." in {posixpath.normpath(posixpath.join(start, each)) for each in own.directories}

    def _code_below(self, program: str, place: str) -> list[CodeText]:
        """Return the source files below a directory, which several programs may be built of."""
        path = self._programs[program].path
        if (path, place) not in self._below:
            self._below[path, place] = self._find_code(program, place)
        return self._below[path, place]

    def _find_code(self, program: str, place: str) -> list[CodeText]:
        tree = self._tree(self._programs[program].path)
        apart = {key: each for key, each in self._places.items() if each and not (place or self._is_of_all(key))}
        others = tuple(f"{each}/" for each in apart.values())
        code = [name for name in code_of_image(place, tree.code, tree.names) if not name.startswith(others)]
        code = sorted(code, key=likely_callers_first) if len(code) > _MOST_FILES else code
        return [code_text(*file, self._opener.answers) for file in self.texts(program, code)[0]]

    def may_be_shared(self, program: str, variable: str) -> bool:
        """Return True if a source elsewhere in the repository may read a variable for this program too."""
        tree = self._tree(self._programs[program].path)
        if tree.elsewhere is None:
            owned = tuple(f"{each}/" for each in self.directories.values())
            files, is_whole = self.texts(program, [*tree.code, *sorted(tree.lists)], 10)
            tree.elsewhere = Folders(files, owned, self._opener.answers), is_whole and tree.is_whole
        folders, is_whole = tree.elsewhere
        return not is_whole or folders.may_read_for(self.directories[program], variable)

    def texts(self, program: str, names: list[str], times: int = 1) -> tuple[list[tuple[str, str]], bool]:
        """Return the texts of source files as far as they aren't too many, and True if these are all."""
        path, room = self._programs[program].path, times * _MOST_BYTES
        texts: list[tuple[str, str]] = []
        prefix = posixpath.relpath(".", self._opener.tree(path).place)
        opened, is_whole = self._tree(path).opened, len(names) <= times * _MOST_FILES
        for name in names[: times * _MOST_FILES]:
            if name not in opened:
                files = self._opener(path, posixpath.join(prefix, name))[:1]
                opened[name] = next(
                    ((each.data[:_LARGEST].decode("utf-8", "replace"), len(each.data)) for each in files), None
                )
            if (file := opened[name]) is None:
                continue
            text, size = file
            is_whole = is_whole and size <= _LARGEST
            room -= size if size <= _LARGEST else 0
            if room < 0:
                return texts, False
            texts += [(name, text)] if size <= _LARGEST else []
        return texts, is_whole

    def _tree(self, path: str) -> SourceTree:
        files = self._opener.tree(path)
        if files.project not in self._trees:
            self._trees[files.project] = SourceTree(files)
        return self._trees[files.project]
