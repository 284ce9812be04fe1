"""Ways to change a table while others go on reading and writing it, in place of the one statement that would stop them.

Each takes what the plain step would do, and gives the steps that do the same: those that take long hold no lock that
anybody waits for, and those that hold such a lock are over in a moment. Cut short, each leaves what the next plan
finishes or takes away.
"""

from __future__ import annotations
