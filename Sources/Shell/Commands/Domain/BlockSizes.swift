import Roost
import Virt

extension Command {
    static let blockresize = Command(
        "blockresize", "Resize block device of domain.",
        description: "Give a disk of a running domain another size.",
        options: [
            .domain([.active]),
            .required("path", "Fully-qualified path of block device", complete: CommandOption.disk),
            .optional("size", "New size of the block device, as scaled integer (default KiB)", type: .number),
            .flag("capacity", "resize to capacity of source (block device)"),
        ]
    ) { session, arguments in
        try arguments.exclude("size", "capacity")
        if !arguments.has("size"), !arguments.has("capacity") {
            throw Failure("Either --size or --capacity must be provided")
        }
        let size = try arguments.scaled("size", unit: 1024) ?? 0
        let domain = try await session.domain(arguments)
        let path = try arguments.required("path")
        let isWhole = size.isMultiple(of: 1024)
        var flags: DomainBlockResizeFlags = arguments.has("capacity") ? .capacity : []
        if !isWhole { flags.insert(.bytes) }
        let chosen = flags
        try await explaining("Failed to resize block device '\(path)'") {
            try await domain.blockResize(disk: path, size: isWhole ? size / 1024 : size, flags: chosen)
        }
        session.output.print("Block device '\(path)' is resized")
    }

    static let domblkthreshold = Command(
        "domblkthreshold",
        "set the threshold for block-threshold event for a given block device or it's backing chain element",
        description: "Have an event tell once an image has been written beyond an offset.",
        options: [
            .domain([.active]),
            .required("dev", "device to set threshold for", complete: CommandOption.disk),
            .required("threshold", "threshold as a scaled number (by default bytes)", type: .number),
        ]
    ) { session, arguments in
        let threshold = try arguments.scaled("threshold") ?? 0
        let domain = try await session.domain(arguments)
        try await domain.setBlockThreshold(
            device: arguments.required("dev"), threshold: threshold, flags: 0)
    }
}
