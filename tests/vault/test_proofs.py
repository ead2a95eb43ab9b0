"""Consistency proofs: the known answers of Certificate Transparency, every pair of sizes, and every small lie."""

import json
from pathlib import Path

import pytest

from protect.vault.errors import CiphertextRejected
from protect.vault.log import Frontier, leaf_hash, node_hash
from protect.vault.proofs import Node, consistency, folded, perfect, verify_consistency

KNOWN = json.loads((Path(__file__).parent.parent / "vectors" / "rfc6962-consistency.json").read_text("utf-8"))
MOST = 40


class Tree:
    def __init__(self, leaves: list[bytes]) -> None:
        self.leaves = leaves

    def hash_of(self, node: Node) -> bytes:
        if node.level == 0:
            return self.leaves[node.position]
        left = Node(node.level - 1, node.position * 2)
        return node_hash(self.hash_of(left), self.hash_of(left._replace(position=left.position + 1)))

    def head(self, size: int) -> tuple[int, bytes]:
        root = folded([self.hash_of(node) for node in perfect(0, size)]) if size else Frontier().root()
        return size, root

    def proof(self, old: int, new: int) -> list[bytes]:
        return consistency(old, new, self.hash_of)


TREE = Tree([leaf_hash(bytes([number])) for number in range(MOST)])
PAIRS = [(old, new) for new in range(MOST) for old in range(new + 1)]


def refused(old: tuple[int, bytes], new: tuple[int, bytes], proof: list[bytes]) -> None:
    with pytest.raises(CiphertextRejected):
        verify_consistency(old, new, proof)


def known_tree() -> Tree:
    return Tree([leaf_hash(bytes.fromhex(leaf)) for leaf in KNOWN["leaves"]])


@pytest.mark.parametrize("size", range(1, 9))
def test_known_roots(size: int) -> None:
    assert known_tree().head(size)[1].hex() == KNOWN["roots"][size - 1]


@pytest.mark.parametrize("answer", KNOWN["proofs"], ids=lambda answer: f"{answer['old']}-{answer['new']}")
def test_known_proofs(answer: dict[str, object]) -> None:
    tree, old, new = known_tree(), int(str(answer["old"])), int(str(answer["new"]))
    proof = [bytes.fromhex(one) for one in answer["proof"]]
    assert tree.proof(old, new) == proof
    verify_consistency(tree.head(old), tree.head(new), proof)


def test_every_tree_continues_every_smaller_one() -> None:
    for old, new in PAIRS:
        verify_consistency(TREE.head(old), TREE.head(new), TREE.proof(old, new))


def test_the_roots_are_those_that_the_frontier_has() -> None:
    frontier = Frontier()
    for size, leaf in enumerate(TREE.leaves, 1):
        frontier = frontier.push(leaf)
        assert TREE.head(size) == (size, frontier.root())


def test_the_frontier_tells_every_node_it_completes() -> None:
    made: dict[tuple[int, int], bytes] = {}
    frontier = Frontier()
    for leaf in TREE.leaves:
        frontier = frontier.push(leaf, made)
    expected = {Node(level, at) for level in range(1, 6) for at in range(MOST >> level)}
    assert set(made) == expected
    assert all(TREE.hash_of(Node(*place)) == value for place, value in made.items())


def test_another_root_or_proof_is_refused() -> None:
    for old, new in PAIRS:
        first, second, proof = TREE.head(old), TREE.head(new), TREE.proof(old, new)
        false = bytes(32)
        if old:
            refused((old, false), second, proof)
            refused(first, (new, false), proof)
        refused(first, second, [*proof, false])
        for at in range(len(proof)):
            refused(first, second, proof[:at] + proof[at + 1 :])
            refused(first, second, [*proof[:at], false, *proof[at + 1 :]])


def test_a_fork_at_any_leaf_is_refused() -> None:
    for at in range(0, MOST, 3):
        leaves = list(TREE.leaves)
        leaves[at] = bytes(32)
        forked = Tree(leaves)
        for old in range(at + 1, MOST, 5):
            for new in range(old, MOST, 7):
                refused(TREE.head(old), forked.head(new), forked.proof(old, new))


@pytest.mark.parametrize(("old", "new"), [(3, 2), (-1, 2), (1, 0)])
def test_a_tree_that_shrank_has_no_proof(old: int, new: int) -> None:
    with pytest.raises(CiphertextRejected):
        TREE.proof(old, new)
    refused((old, bytes(32)), (new, bytes(32)), [])


def test_a_node_says_which_leaves_lie_below_it() -> None:
    nodes = perfect(0, 13)
    assert [(node.first, node.end) for node in nodes] == [(0, 8), (8, 12), (12, 13)]
