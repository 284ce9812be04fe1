"""How far a run has come: what a person must know of one that did not come to its end."""

from __future__ import annotations

from dataclasses import dataclass

from schemactl.plan import Group


@dataclass(slots=True)
class Course:
    """The first `done` of `total` steps stand. `group` is in hand, and has `begun` or not.

    It is `unsure` whether it stands where the connection was lost while the server committed it.
    """

    total: int = 0
    done: int = 0
    group: Group | None = None
    begun: bool = False
    unsure: bool = False

    def begin(self, group: Group) -> None:
        self.group, self.begun, self.unsure = group, False, False

    def end(self) -> None:
        if self.group is not None:
            self.done += len(self.group.steps)
        self.group, self.begun, self.unsure = None, False, False

    @property
    def in_hand(self) -> str:
        """The steps of the group: `step 5`, `steps 5 to 7`."""
        count = len(self.group.steps) if self.group else 0
        first = self.done + 1
        return f"step {first}" if count == 1 else f"steps {first} to {self.done + count}"

    def words(self) -> str:
        """What stands, in one sentence."""
        if self.group is None or not self.begun:
            return self.stand() if self.done else "nothing was changed"
        was = "was" if len(self.group.steps) == 1 else "were"
        if self.unsure:
            return f"{self.stand()}; the connection was lost while {self.in_hand} of {self.total} {was} carried out"
        fate = "rolled back" if self.group.transactional else "not finished"
        if not self.done and self.group.transactional:
            return "nothing was changed"
        return f"{self.stand()}; {self.in_hand} {was} {fate}"

    def stand(self) -> str:
        """How many steps stand for sure."""
        if not self.done:
            return f"none of {self.total} steps is done"
        return f"{self.done} of {self.total} steps {'is' if self.done == 1 else 'are'} done"
