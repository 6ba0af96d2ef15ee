import ByteText

/// A cache of the machine's processors.
public struct HostCacheFacts: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case data, instruction, unified }

    public let id: Int
    public let level: Int
    public let kind: Kind
    /// In bytes.
    public let size: UInt64
    /// The processors that share it.
    public let processors: [Int]

    /// The caches of the level that is furthest from the processors, each once. Some files for each processor: call
    /// it within `Blocking.run`.
    public static func last(root: String = "/sys/devices/system/cpu") -> [HostCacheFacts] {
        let files = SystemFiles(root: root)
        var found: [HostCacheFacts] = []
        for number in files.numbers("online") ?? [] {
            for name in (try? FileSystem.names(in: "\(root)/cpu\(number)/cache")) ?? []
            where name.hasBytePrefix("index") {
                guard let cache = HostCacheFacts(files, "cpu\(number)/cache/\(name)") else { continue }
                if !found.contains(cache) { found.append(cache) }
            }
        }
        // Caches nearer than the third level belong to single cores, and nobody divides them.
        let last = found.map(\.level).max() ?? 0
        return found.filter { $0.level == last && $0.level >= 3 }.sorted { $0.id < $1.id }
    }

    private init?(_ files: SystemFiles, _ folder: String) {
        guard let level = files.number("\(folder)/level"), let size = files.text("\(folder)/size"),
            let kibibytes = UInt64(Substring(size.utf8.prefix(while: \.isDigit))),
            let id = files.number("\(folder)/id")
        else { return nil }
        switch files.text("\(folder)/type") {
        case "Data": kind = .data
        case "Instruction": kind = .instruction
        default: kind = .unified
        }
        (self.id, self.level) = (id, level)
        self.size = kibibytes.multipliedReportingOverflow(by: 1024).partialValue
        processors = files.numbers("\(folder)/shared_cpu_list") ?? []
    }
}
