import DriverKit
import JSON
import LinuxSystem
import Logging
import Virt

/// What is being made, on disk: a daemon that is killed meanwhile leaves word of it, and the next one removes it.
struct PartRecords: Sendable {
    let store: DocumentStore

    init(folder: String) {
        store = DocumentStore(folder: folder, suffix: ".json", survivesPowerCut: false)
    }

    /// One thing that is being made, and the program that makes it.
    struct Record: Sendable {
        let name: String
        var folder: String
        var part: PartName
        var process: ProcessIdentity?
        /// What is made on devices, in place of a file.
        private(set) var device: HalfMadeDevice?

        init(_ device: HalfMadeDevice) {
            self.init(folder: "", part: PartName(for: ""))
            self.device = device
        }

        init(folder: String, part: PartName) {
            (name, self.folder, self.part) = (Random.hexadecimal(bytes: 8), folder, part)
        }

        fileprivate var text: String {
            var value = device?.value ?? ["folder": .string(folder), "part": .string(part.text)]
            if let process {
                value["pid"] = JSONValue(process.id)
                value["startTime"] = JSONValue(process.startTime)
            }
            return JSONValue.object(value).description
        }
    }

    /// May wait, as all others do.
    func keep(_ record: Record) throws(SystemError) { try store.save(record.name, record.text) }

    func remove(_ record: Record) { try? store.remove(record.name) }

    /// Ends what the last daemon left at work, and removes what it left half made. What it left on devices is returned by
    /// its record: programs remove it, and the record stays until they have.
    func clear(_ log: Logger) -> [(record: String, device: HalfMadeDevice)] {
        var devices: [(record: String, device: HalfMadeDevice)] = []
        for name in (try? store.names()) ?? [] {
            let value = try? JSONValue(parsing: store.read(name))
            if let value, let device = HalfMadeDevice(value) {
                end(value)
                devices.append((name, device))
                continue
            }
            defer { try? store.remove(name) }
            guard let value, let folder = value["folder"]?.string,
                let part = value["part"]?.string, PartName.isOne(part)
            else {
                log.error("'\(store.path(name))' can't be understood: a half made volume may be left")
                continue
            }
            end(value)
            guard let folder = try? Folder(folder) else { continue }
            remove(part, in: folder, log)
        }
        return devices
    }

    private func remove(_ part: String, in folder: Folder, _ log: Logger) {
        guard let status = try? folder.status(of: part) else { return }
        do throws(SystemError) {
            try folder.remove(part, isFolder: status.kind == .directory)
        } catch {
            log.error("a half made volume is left: \(error)")
        }
    }

    private func end(_ value: JSONValue) {
        guard let id = value["pid"]?.int.flatMap(Int32.init(exactly:)), let start = value["startTime"]?.uint
        else { return }
        let identity = ProcessIdentity(id: id, startTime: start)
        if case .there(let process) = identity.look() {
            try? process.signalGroup(9)
            _ = process.hasEnded(within: .seconds(5))
        }
    }
}
