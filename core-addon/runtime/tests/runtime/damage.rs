//! Files that are not what was written: every one is refused or proven harmless, and never served.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use runtime::inspect::{VerifyReport, verify};
use runtime::journal::entry::{ENTRY_HEADER_BYTES, Found, Place, decode};
use runtime::journal::segment::{SEGMENT_HEADER_BYTES, SegmentHeader, segment_name};
use runtime::{BEHAVIOUR_VERSION, Durability, Environment, FaultCode};

use crate::support::disk::{DiskHandle, SimulatedDisk};
use crate::support::random::Random;
use crate::support::{Run, World, wait_until};

/// Of a later build.
const NEXT_VERSION: u32 = BEHAVIOUR_VERSION + 1;

/// A venue with several segments, killed in the middle of its work; everything was durable.
fn killed_venue(seed: u64) -> Run {
    let mut run = Run::begin(World::new(Durability::Fsync), seed);
    while run.world.disk.paths_with("segment").len() < 4 {
        run.step().expect("the disk is well");
        run.drain().expect("the disk is well");
    }
    let (mut steps, mut disk) = (0, run.world.disk.after_kill());
    wait_until("the last group is one entry of commands", || {
        run.step().expect("the disk is well");
        run.drain().expect("the disk is well");
        disk = run.world.disk.after_kill();
        steps += 1;
        steps > 20 && ends_with_one_entry(&disk)
    });
    run.kill();
    run.world = run.world.on(disk);
    run
}

pub fn ends_with_one_entry(disk: &SimulatedDisk) -> bool {
    let path = disk.paths_with("segment").pop().expect("there are segments");
    let bytes = disk.read_all(&path);
    let [.., last, _] = entry_offsets(&bytes)[..] else { return false };
    // Type and start of the write: see docs/formats.md.
    bytes[last + 12] == 1 && bytes[last + 36..last + 40] == (last as u32).to_le_bytes()
}

fn verify_on(run: &Run, disk: &Arc<SimulatedDisk>) -> VerifyReport {
    let disk = Arc::new(DiskHandle(disk.clone()));
    let clock = run.world.clock.clone();
    let environment = Environment { clock, disk, random: || Ok([0; 4]) };
    verify(&environment, &run.world.options.data_directory, run.world.options.behaviour_version)
        .expect("the files can be looked at")
}

fn open_code(run: &Run, disk: &Arc<SimulatedDisk>) -> Result<u64, FaultCode> {
    let opened = run.world.on(disk.clone()).open();
    opened.map(|(_, report)| report.sequence).map_err(|fault| fault.code)
}

/// Offsets of the entries in a segment, and of the end behind the last.
fn entry_offsets(bytes: &[u8]) -> Vec<usize> {
    let header = SegmentHeader::decode(&bytes[..SEGMENT_HEADER_BYTES], Path::new("x"));
    let header_crc = header.expect("an intact header").crc();
    let mut offsets = vec![SEGMENT_HEADER_BYTES];
    loop {
        let offset = *offsets.last().expect("never empty");
        let place = Place { header_crc, offset: offset as u32 };
        let Found::Entry(entry) = decode(&bytes[offset..], place) else { return offsets };
        offsets.push(offset + entry.length());
    }
}

#[test]
fn a_torn_last_entry_is_cut_at_every_byte() {
    let run = killed_venue(20);
    let path = run.world.disk.paths_with("segment").pop().expect("there are segments");
    let bytes = run.world.disk.read_all(&path);
    let offsets = entry_offsets(&bytes);
    let [.., last, end] = offsets[..] else { panic!("the last segment has entries") };
    assert!(run.seen.len() as u64 > 100 && end - last > ENTRY_HEADER_BYTES);
    let whole = open_code(&run, &run.world.disk.after_kill()).expect("it is intact");
    for cut in last..end {
        let disk = run.world.disk.after_kill();
        let mut torn = bytes.clone();
        torn[cut..].fill(0);
        disk.replace(&path, torn.clone());
        let (_, report) = run.world.on(disk.clone()).open().unwrap_or_else(|f| panic!("{f}"));
        if torn == bytes {
            assert_eq!(report.sequence, whole, "zeros were torn off zeros at {cut}");
            continue;
        }
        assert!(report.sequence < whole, "cut at {cut}");
        let first_byte_is_left = torn[last..].iter().any(|byte| *byte != 0);
        assert_eq!(report.torn_bytes_cut > 0, first_byte_is_left, "cut at {cut}");
        assert_eq!(report.warnings.len(), usize::from(first_byte_is_left));
        let left = disk.read_all(&path);
        assert!(left[last..].iter().all(|byte| *byte == 0) || report.sequence > whole);
    }
}

#[test]
fn a_torn_segment_header_is_refused_at_every_byte() {
    let run = killed_venue(21);
    let segments = run.world.disk.paths_with("segment");
    for path in [&segments[1], segments.last().expect("there are segments")] {
        let bytes = run.world.disk.read_all(path);
        // Behind byte 68 the header is zeros anyway.
        for cut in 0..68 {
            let disk = run.world.disk.after_kill();
            let mut torn = bytes.clone();
            torn[cut..SEGMENT_HEADER_BYTES].fill(0);
            disk.replace(path, torn);
            assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalSegmentDamaged), "cut {cut}");
        }
    }
}

#[test]
fn a_flipped_bit_in_the_journal_is_never_served() {
    let seed = 22;
    let run = killed_venue(seed);
    let segments = run.world.disk.paths_with("segment");
    let intact = verify_on(&run, &run.world.disk.after_kill());
    assert_eq!(intact.problems, []);
    let last = segments.last().expect("there are segments");
    let last_offsets = entry_offsets(&run.world.disk.read_all(last));
    let mut random = Random::new(seed);
    let mut counts = [0; 3];
    for round in 0..4_000 {
        let disk = run.world.disk.after_kill();
        let path = &segments[random.below(segments.len() as u64) as usize];
        let mut bytes = disk.read_all(path);
        let bit = random.below(bytes.len() as u64 * 8) as usize;
        bytes[bit / 8] ^= 1 << (bit % 8);
        disk.replace(path, bytes);
        let what = format!("seed {seed} round {round}: bit {bit} of {}", path.display());
        let written_end = if path == last {
            *last_offsets.last().expect("never empty")
        } else {
            *entry_offsets(&run.world.disk.read_all(path)).last().expect("never empty")
        };
        let [.., last_entry, _] = last_offsets[..] else { panic!("the last segment has entries") };
        let report = verify_on(&run, &disk);
        match open_code(&run, &disk) {
            Err(code) => {
                let expected = if bit / 8 < SEGMENT_HEADER_BYTES {
                    FaultCode::JournalSegmentDamaged
                } else {
                    FaultCode::JournalDamaged
                };
                assert_eq!(code, expected, "{what}");
                assert_eq!(
                    report.problems.iter().map(|fault| fault.code).collect::<Vec<_>>(),
                    [code]
                );
                counts[0] += 1;
            }
            Ok(sequence) if bit / 8 >= written_end => {
                // Not written yet, or left over at the end of a sealed segment: nobody reads it.
                assert_eq!(sequence, intact.sequences.1, "{what}");
                counts[1] += 1;
            }
            Ok(sequence) => {
                // The last group cannot be told from a write that did not finish.
                assert!(path == last && bit / 8 >= last_entry, "{what}");
                assert!(sequence < intact.sequences.1 && report.torn_bytes > 0, "{what}");
                counts[2] += 1;
            }
        }
    }
    assert!(counts[0] > 1_000 && counts[1] > 100, "{counts:?}");
}

#[test]
fn a_flipped_bit_in_the_last_group_is_cut_and_reported() {
    let run = killed_venue(23);
    let path = run.world.disk.paths_with("segment").pop().expect("there are segments");
    let bytes = run.world.disk.read_all(&path);
    let offsets = entry_offsets(&bytes);
    let [.., last, end] = offsets[..] else { panic!("the last segment has entries") };
    for bit in (last * 8..end * 8).step_by(13) {
        let disk = run.world.disk.after_kill();
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        disk.replace(&path, flipped);
        let (_, report) = run.world.on(disk).open().unwrap_or_else(|fault| panic!("{fault}"));
        assert!(report.torn_bytes_cut > 0 && report.warnings.len() == 1, "bit {bit}");
    }
}

#[test]
fn damage_names_file_offset_sequences_and_remedy() {
    let run = killed_venue(24);
    let path = run.world.disk.paths_with("segment").remove(1);
    let mut bytes = run.world.disk.read_all(&path);
    let offset = entry_offsets(&bytes)[3];
    bytes[offset + 60] ^= 4;
    run.world.disk.replace(&path, bytes);
    let fault = run.world.open().err().expect("an entry is damaged");
    let text = fault.to_string();
    assert!(text.starts_with("journal_damaged: "), "{text}");
    for part in
        [path.to_str().expect("a text"), &format!("at byte {offset}"), "sequences ", "backup"]
    {
        assert!(text.contains(part), "{text} lacks {part}");
    }
}

#[test]
fn the_end_of_a_damaged_journal_can_be_given_up() {
    // As docs/operating.md says: cut the file at the byte named, give it its size again, remove
    // what follows.
    let mut run = killed_venue(34);
    let disk = run.world.disk.clone();
    let segments = disk.paths_with("segment");
    let mut bytes = disk.read_all(&segments[1]);
    let offset = entry_offsets(&bytes)[3];
    bytes[offset + 60] ^= 4;
    let size = bytes.len();
    disk.replace(&segments[1], bytes.clone());
    assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalDamaged));
    bytes.truncate(offset);
    bytes.resize(size, 0);
    disk.replace(&segments[1], bytes);
    for path in &segments[2..] {
        disk.delete(path);
    }
    let sequence = open_code(&run, &disk).expect("what is left is intact");
    assert!((1..run.seen.len() as u64).contains(&sequence));
    run.seen.truncate(sequence as usize);
    run.reopen(disk);
    run.step().expect("the disk is well");
    run.drain().expect("the disk is well");
    run.check_seen();
}

#[test]
fn zeros_in_the_middle_are_not_the_end() {
    let run = killed_venue(25);
    for path in run.world.disk.paths_with("segment") {
        let intact = run.world.disk.read_all(&path);
        let offsets = entry_offsets(&intact);
        for pair in offsets.windows(2).take(offsets.len().saturating_sub(2)).step_by(7) {
            let disk = run.world.disk.after_kill();
            let mut bytes = intact.clone();
            bytes[pair[0]..pair[1]].fill(0);
            disk.replace(&path, bytes);
            assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalDamaged), "{pair:?}");
        }
    }
}

#[test]
fn a_hole_over_several_segments_is_damage() {
    // A loss of power with durability none or os: names and headers were synced, entries not.
    let run = killed_venue(36);
    let disk = run.world.disk.clone();
    let [_, holed, empty @ ..] = &disk.paths_with("segment")[..] else { panic!("four segments") };
    let mut bytes = disk.read_all(holed);
    let offset = entry_offsets(&bytes)[3];
    bytes[offset..].fill(0);
    disk.replace(holed, bytes);
    assert!(empty.len() >= 2);
    for path in empty {
        let mut bytes = disk.read_all(path);
        bytes[SEGMENT_HEADER_BYTES..].fill(0);
        disk.replace(path, bytes);
    }
    let fault = run.world.on(disk).open().err().expect("entries are missing");
    assert_eq!(fault.code, FaultCode::JournalDamaged, "{fault}");
    assert!(fault.message.contains(&format!("at byte {offset}")), "{fault}");
}

#[test]
fn a_segment_that_is_not_in_its_place_is_refused() {
    let run = killed_venue(26);
    let disk = || run.world.disk.after_kill();
    let segments = run.world.disk.paths_with("segment");
    let read = |index: usize| run.world.disk.read_all(&segments[index]);
    let last = segments.len() - 1;
    // Missing, each of them.
    for (index, path) in segments.iter().enumerate() {
        let expected =
            if index == 0 { FaultCode::SnapshotMissing } else { FaultCode::JournalSegmentMissing };
        let disk = disk();
        disk.delete(path);
        assert_eq!(open_code(&run, &disk), Err(expected), "without segment {index}");
    }
    // Swapped.
    let swapped = disk();
    swapped.replace(&segments[0], read(1));
    swapped.replace(&segments[1], read(0));
    assert_eq!(open_code(&run, &swapped), Err(FaultCode::JournalSegmentMisplaced));
    // Duplicated under another name.
    let duplicated = disk();
    duplicated.replace(&PathBuf::from("/venue/journal").join(segment_name(7)), read(0));
    assert_eq!(open_code(&run, &duplicated), Err(FaultCode::JournalSegmentMisplaced));
    // Truncated and grown.
    for length in [0, 100, SEGMENT_HEADER_BYTES, 20_000, (32 << 10) - 1, (32 << 10) + 1] {
        for path in [&segments[1], &segments[last]] {
            let disk = disk();
            let mut bytes = disk.read_all(path);
            bytes.resize(length, 0);
            disk.replace(path, bytes);
            assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalSegmentDamaged), "{length}");
        }
    }
}

#[test]
fn a_file_of_another_venue_is_refused() {
    let run = killed_venue(27);
    let mut other = Run::begin(World::new(Durability::Fsync), 28);
    other.stop().expect("a clean stop");
    let segments = run.world.disk.paths_with("segment");
    // The same sequences, another venue id.
    let mut header = SegmentHeader::decode(
        &run.world.disk.read_all(&segments[1])[..SEGMENT_HEADER_BYTES],
        &segments[1],
    )
    .expect("an intact header");
    header.identity.venue_id[0] ^= 1;
    let mut bytes = run.world.disk.read_all(&segments[1]);
    bytes[..SEGMENT_HEADER_BYTES].copy_from_slice(&header.encode());
    let disk = run.world.disk.after_kill();
    disk.replace(&segments[1], bytes);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::VenueForeign));
    // Another venue's snapshot.
    let path = other.world.disk.paths_with("snapshot").remove(0);
    let mut snapshot = other.world.disk.read_all(&path);
    snapshot[16] ^= 1;
    reseal_snapshot(&mut snapshot);
    let disk = run.world.disk.after_kill();
    disk.replace(&path, snapshot);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::VenueForeign));
}

/// Gives a changed snapshot header its checksum again.
fn reseal_snapshot(bytes: &mut [u8]) {
    let before = runtime::crc32c::crc32c(0, &bytes[..88]);
    let crc = runtime::crc32c::crc32c(before, &bytes[92..128]);
    bytes[88..92].copy_from_slice(&crc.to_le_bytes());
}

#[test]
fn files_of_a_newer_format_are_refused() {
    let mut run = Run::begin(World::new(Durability::Fsync), 29);
    run.stop().expect("a clean stop");
    let segment = run.world.disk.paths_with("segment").remove(0);
    let snapshot = run.world.disk.paths_with("snapshot").remove(0);
    let disk = run.world.disk.after_kill();
    let mut bytes = disk.read_all(&segment);
    bytes[8] += 1;
    let before = runtime::crc32c::crc32c(0, &bytes[..64]);
    let crc = runtime::crc32c::crc32c(before, &bytes[68..SEGMENT_HEADER_BYTES]);
    bytes[64..68].copy_from_slice(&crc.to_le_bytes());
    disk.replace(&segment, bytes);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::FormatNewer));
    let disk = run.world.disk.after_kill();
    let mut bytes = disk.read_all(&snapshot);
    bytes[8] += 1;
    reseal_snapshot(&mut bytes);
    disk.replace(&snapshot, bytes);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::FormatNewer));
    // The state inside has a version of its own.
    let disk = run.world.disk.after_kill();
    let mut bytes = disk.read_all(&snapshot);
    bytes[128] += 1;
    let crc = runtime::crc32c::crc32c(0, &bytes[128..]);
    bytes[84..88].copy_from_slice(&crc.to_le_bytes());
    reseal_snapshot(&mut bytes);
    disk.replace(&snapshot, bytes);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::FormatNewer));
}

#[test]
fn another_behaviour_version_needs_a_clean_stop() {
    let mut run = killed_venue(30);
    let disk = run.world.disk.clone();
    run.world.options.behaviour_version = NEXT_VERSION;
    assert_eq!(open_code(&run, &disk), Err(FaultCode::BehaviourVersionOther));
    run.world.options.behaviour_version = BEHAVIOUR_VERSION;
    run.reopen(disk);
    let stopped = run.stop().expect("a clean stop");
    // The upgrade begins a segment of its own behind the seal of the old one.
    let disk = run.world.disk.clone();
    let segments = disk.paths_with("segment").len();
    run.world.options.behaviour_version = NEXT_VERSION;
    let report = run.reopen(disk.clone());
    assert_eq!((report.sequence, report.commands_replayed), (stopped.sequence, 0));
    assert_eq!(disk.paths_with("segment").len(), segments + 1);
    run.step().expect("the disk is well");
    run.drain().expect("the disk is well");
    run.check_seen();
    // It restarts like any other, also after a kill, and its journal verifies.
    let killed = disk.after_kill();
    let report = run.reopen(killed.clone());
    assert!(report.commands_replayed > 0);
    run.kill();
    assert_eq!(verify_on(&run, &killed).problems, []);
    // The old version must not touch what the new one wrote.
    run.world.options.behaviour_version = BEHAVIOUR_VERSION;
    assert_eq!(open_code(&run, &killed), Err(FaultCode::BehaviourVersionOther));
    // An upgrade whose new segment is lost is noticed.
    run.world.options.behaviour_version = NEXT_VERSION;
    killed.delete(killed.paths_with("segment").last().expect("there are segments"));
    assert_eq!(open_code(&run, &killed), Err(FaultCode::JournalSegmentMissing));
}

#[test]
fn versions_that_only_come_and_go_leave_a_sound_journal() {
    let mut run = killed_venue(35);
    let disk = run.world.disk.clone();
    run.reopen(disk.clone());
    let stopped = run.stop().expect("a clean stop");
    // Each begins a segment behind the same sequence and leaves without a command.
    for version in [NEXT_VERSION, NEXT_VERSION + 1, BEHAVIOUR_VERSION, NEXT_VERSION] {
        run.world.options.behaviour_version = version;
        let report = run.reopen(disk.clone());
        assert_eq!((report.sequence, report.state_hash), (stopped.sequence, stopped.state_hash));
        run.stop().expect("a clean stop");
        assert_eq!(verify_on(&run, &disk).problems, [], "version {version}");
    }
    run.reopen(disk.clone());
    run.step().expect("the disk is well");
    run.drain().expect("the disk is well");
    run.reopen(disk.after_kill());
    run.check_seen();
}

#[test]
fn a_journal_without_its_segments_is_not_a_new_venue() {
    let mut run = Run::begin(World::new(Durability::Fsync), 31);
    run.stop().expect("a clean stop");
    let disk = run.world.disk.clone();
    for path in disk.paths_with("segment") {
        disk.delete(&path);
    }
    assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalMissing));
}

#[test]
fn an_old_copy_of_the_journal_is_behind_its_snapshot() {
    let mut run = Run::begin(World::new(Durability::Fsync), 32);
    run.drain().expect("the disk is well");
    let path = run.world.disk.paths_with("segment").remove(0);
    let old = run.world.disk.read_all(&path);
    run.step().expect("the disk is well");
    run.stop().expect("a clean stop");
    let disk = run.world.disk.clone();
    disk.replace(&path, old);
    assert_eq!(open_code(&run, &disk), Err(FaultCode::JournalBehindSnapshot));
    assert_eq!(verify_on(&run, &disk).problems[0].code, FaultCode::JournalBehindSnapshot);
}

#[test]
fn what_a_client_writes_cannot_look_like_an_entry() {
    // The bytes of a whole, valid entry, sent by a client inside texts, in front of a torn tail.
    let mut run = Run::begin(World::new(Durability::Fsync), 33);
    run.drain().expect("the disk is well");
    let path = run.world.disk.paths_with("segment").remove(0);
    let bytes = run.world.disk.read_all(&path);
    let offsets = entry_offsets(&bytes);
    let marker = offsets.windows(2).find(|pair| pair[1] - pair[0] == 48);
    let copied =
        marker.map_or(&bytes[offsets[0]..offsets[0] + 48], |pair| &bytes[pair[0]..pair[1]]);
    let mut command = engine::command::Command::new(engine::command::Opcode::CreateAccount);
    command.text[..48].copy_from_slice(copied);
    command.text_length = 64;
    run.submit_all(&[command]);
    let disk = run.world.disk.after_kill();
    let mut bytes = disk.read_all(&path);
    let offsets = entry_offsets(&bytes);
    let [.., last, _] = offsets[..] else { panic!("there are entries") };
    bytes[last + 4] ^= 1;
    disk.replace(&path, bytes);
    let expected = run.core().status().executed_sequence - 1;
    assert_eq!(open_code(&run, &disk), Ok(expected));
}
