import Roost
import Virt

extension Command {
    static let volDelete = Command(
        "vol-delete", "delete a vol", description: "Remove a volume and all that is in it.",
        options: [
            .volume, .volumePool,
            .flag(
                "delete-snapshots",
                "delete snapshots associated with volume (must be supported by storage driver)"),
        ]
    ) { session, arguments in
        let volume = try await session.volume(arguments)
        // As it was said, be that a path.
        let name = try arguments.required("vol")
        try await explaining("Failed to delete vol \(name)") {
            try await volume.delete(flags: arguments.has("delete-snapshots") ? .withSnapshots : [])
        }
        session.output.note("Vol \(name) deleted\n")
    }

    static let volResize = Command(
        "vol-resize", "resize a vol",
        description: "Change the size of a volume that no running guest uses; 'blockresize' is for those.",
        options: [
            .volume, .required("capacity", "new capacity for the vol, as scaled integer (default bytes)"),
            .volumePool, .flag("allocate", "allocate the new capacity, rather than leaving it sparse"),
            .flag("delta", "use capacity as a delta to current size, rather than the new size"),
            .flag("shrink", "allow the resize to shrink the volume"),
        ]
    ) { session, arguments in
        var flags: StorageVolResizeFlags = arguments.has("allocate") ? .allocate : []
        if arguments.has("delta") { flags.insert(.delta) }
        if arguments.has("shrink") { flags.insert(.shrink) }
        let volume = try await session.volume(arguments)
        var text = try arguments.required("capacity")
        // A minus in front is the old way to say both.
        if text.utf8.first == UInt8(ascii: "-") {
            text = String(text.dropFirst())
            flags.formUnion([.delta, .shrink])
        }
        let capacity = try arguments.volumeSize(text)
        let isDelta = flags.contains(.delta)
        let (name, how) = (volume.reference.name, isDelta ? "by" : "to")
        try await explaining("Failed to change size of volume '\(name)' \(how) \(text)") {
            try await volume.resize(capacity: capacity, flags: flags)
        }
        session.output.note("Size of volume '\(name)' successfully changed \(how) \(text)\n")
    }

    static let volWipe = Command(
        "vol-wipe", "wipe a vol",
        description: "Write over a volume, so that what was on it can't be read any more.",
        options: [
            .volume, .volumePool,
            .value(
                "algorithm", "perform selected wiping algorithm", complete: .words(wipeAlgorithms)),
        ]
    ) { session, arguments in
        let volume = try await session.volume(arguments)
        let name = try arguments.required("vol")
        guard let word = try arguments.string("algorithm") else {
            try await explaining("Failed to wipe vol \(name)") { try await volume.wipe(flags: 0) }
            return session.output.note("Vol \(name) wiped\n")
        }
        guard let number = wipeAlgorithms.firstIndex(of: word) else {
            throw Failure("Unsupported algorithm '\(word)'")
        }
        try await explaining("Failed to wipe vol \(name)") {
            try await volume.wipePattern(algorithm: UInt32(number), flags: 0)
        }
        session.output.note("Vol \(name) wiped\n")
    }
}

/// By libvirt's numbers.
private let wipeAlgorithms = [
    "zero", "nnsa", "dod", "bsi", "gutmann", "schneier", "pfitzner7", "pfitzner33", "random", "trim",
]
