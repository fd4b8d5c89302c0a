//! The runtime against a disk and a clock that do what a test says.

mod crash;
mod damage;
mod disk_faults;
mod durability;
mod real_disk;
mod reexecution;
mod snapshots;
mod support;
mod vectors;
