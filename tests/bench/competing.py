"""How near questions of one entry come to those of another: what NEAR of the import stands on.

    python -m tests.bench.competing

For each question of the knowledge, the nearest of its own entry and the nearest of another one; then, for some
thresholds, the share of pairs above it that are of one entry, and how many questions such a threshold would report
in knowledge that is as it should be.
"""

from __future__ import annotations

import numpy as np

from index.library import open_library

_THRESHOLDS = (0.70, 0.75, 0.80, 0.85, 0.90, 0.95)


def main() -> None:
    """Print the table."""
    library = open_library()
    questions = [
        (text, entry.id)
        for page in library.pages
        for entry in page.entries
        for texts in entry.questions.values()
        for text in texts
    ]
    labels = np.array([label for _, label in questions])
    embeddings = library.encoder.encode_queries([text for text, _ in questions])
    cosines = embeddings @ embeddings.T
    np.fill_diagonal(cosines, -1.0)
    same = labels[:, None] == labels[None, :]
    own = np.where(same, cosines, -1.0).max(axis=1)
    other = np.where(same, -1.0, cosines).max(axis=1)
    print(f"{len(questions)} questions of {len(set(labels))} entries")
    print(f"{'cosine':>8}{'pairs of one entry':>20}{'questions near another entry':>30}{'near their own':>16}")
    for threshold in _THRESHOLDS:
        above = np.triu(cosines >= threshold, 1)
        share = float(same[above].mean()) if above.any() else 1.0
        reported, found = float((other >= threshold).mean()), float((own >= threshold).mean())
        print(f"{threshold:8.2f}{share:20.3f}{reported:30.3f}{found:16.3f}")


if __name__ == "__main__":
    main()
