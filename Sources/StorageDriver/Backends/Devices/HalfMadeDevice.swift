import DriverKit
import JSON
import LinuxSystem
import Logging
import Virt

/// What tells a volume on devices that isn't whole yet from all others, so that the next daemon removes it and nothing else.
enum HalfMadeDevice: Sendable, Equatable {
    /// A logical volume by its tag.
    case logical(tag: String)
    /// A partition by where on the disk it is, in bytes.
    case partition(device: String, start: UInt64, end: UInt64)

    init?(_ value: JSONValue) {
        if let tag = value["tag"]?.string {
            self = .logical(tag: tag)
        } else if let device = value["device"]?.string, let start = value["start"]?.uint,
            let end = value["end"]?.uint
        {
            self = .partition(device: device, start: start, end: end)
        } else {
            return nil
        }
    }

    var value: JSONObject {
        switch self {
        case .logical(let tag): ["tag": .string(tag)]
        case .partition(let device, let start, let end):
            ["device": .string(device), "start": JSONValue(start), "end": JSONValue(end)]
        }
    }
}

extension StorageDriver {
    /// Removes what the last daemon has left half made on devices; what can't be removed is tried again by the next one.
    func clear(_ halves: [(record: String, device: HalfMadeDevice)]) async {
        for (record, half) in halves {
            do throws(VirtError) {
                switch half {
                case .logical(let tag): try await run(LogicalCommand.remove(tagged: tag))
                case .partition(let device, let start, let end):
                    let table = try await partitions(of: device)
                    if let half = table.partitions.first(where: { $0.start == start && $0.end == end }) {
                        try await run(DiskCommand.remove(half.number, from: device))
                    }
                }
                await Blocking.run { try? self.parts.store.remove(record) }
            } catch {
                log.error("a half made volume is left: \(error)")
            }
        }
    }
}
