//! Finding cycles for certain.
//!
//! Alembic looks only for revisions that no head or no base reaches, and so
//! misses every cycle with a base above and a head below it; it then runs such
//! a graph or never returns. Tarjan's strongly connected components miss none.
//! Iterative, because chains of ten thousand revisions overflow a stack.

use std::collections::VecDeque;

use super::nodes::{Edges, Node};

/// Which revisions are entangled, and a cycle to show for each group.
pub(super) struct Cycles {
    /// The component of every node; alike only within a cycle.
    pub(super) component: Vec<usize>,
    /// One shortest cycle per entangled component, in file order of its first
    /// member: each node has an edge to the next, the last one to the first.
    pub(super) cycles: Vec<Vec<Node>>,
}

/// Finds the cycles of a graph without edges from a node to itself.
pub(super) fn find(edges: &[Edges]) -> Cycles {
    let component = components(edges);
    let mut size = vec![0_usize; edges.len()];
    for &at in &component {
        size[at] += 1;
    }
    let mut shown = vec![false; edges.len()];
    let mut cycles = Vec::new();
    for node in 0..edges.len() {
        let at = component[node];
        if size[at] > 1 && !std::mem::replace(&mut shown[at], true) {
            cycles.push(shortest(edges, &component, node));
        }
    }
    Cycles { component, cycles }
}

/// Tarjan's algorithm with its own stack.
fn components(edges: &[Edges]) -> Vec<usize> {
    const NEW: usize = usize::MAX;
    let mut number = vec![NEW; edges.len()];
    let mut low = vec![0; edges.len()];
    let mut component = vec![NEW; edges.len()];
    let (mut numbers, mut components) = (0, 0);
    let mut open = Vec::new();
    for start in 0..edges.len() {
        if number[start] != NEW {
            continue;
        }
        // The node and how many of its edges were followed.
        let mut calls: Vec<(Node, usize)> = vec![(start, 0)];
        while let Some((node, done)) = calls.pop() {
            if done == 0 {
                number[node] = numbers;
                low[node] = numbers;
                numbers += 1;
                open.push(node);
            } else {
                // Back from the edge before this one.
                let other = edges[node][done - 1];
                if component[other] == NEW {
                    low[node] = low[node].min(low[other]);
                }
            }
            if let Some(&other) = edges[node].get(done) {
                calls.push((node, done + 1));
                if number[other] == NEW {
                    calls.push((other, 0));
                }
            } else if low[node] == number[node] {
                while let Some(member) = open.pop() {
                    component[member] = components;
                    if member == node {
                        break;
                    }
                }
                components += 1;
            }
        }
    }
    component
}

/// The shortest way from `start` back to itself inside its component.
fn shortest(edges: &[Edges], component: &[usize], start: Node) -> Vec<Node> {
    let mut from = vec![None; edges.len()];
    let mut todo = VecDeque::from([start]);
    while let Some(node) = todo.pop_front() {
        for &other in &edges[node] {
            if other == start {
                let mut way = vec![node];
                let mut at = node;
                while let Some(before) = from[at] {
                    way.push(before);
                    at = before;
                }
                way.reverse();
                return way;
            }
            if component[other] == component[start] && from[other].is_none() {
                from[other] = Some(node);
                todo.push_back(other);
            }
        }
    }
    vec![start]
}
