import ByteText
import LinuxSystem

/// The lines that were typed, oldest first, kept in a file from one run to the next.
struct History {
    private(set) var lines: [String] = []
    /// How many lines are kept.
    let limit: Int
    private let path: String?

    /// The history in the file `path`, or in memory only.
    init(path: String?, limit: Int = 500) {
        self.path = path
        self.limit = max(0, limit)
        guard let path, let text = try? FileSystem.readText(path) else { return }
        lines = text.split(atByte: "\n").map(String.init).suffix(self.limit)
    }

    /// This user's history.
    static func ofUser() -> History {
        let size = (ThisProcess.environment("ROOST_HISTSIZE") ?? ThisProcess.environment("VIRSH_HISTSIZE"))
        return History(
            path: UserFolders.cache.map { $0 + "/roost/history" }, limit: size.flatMap { Int($0) } ?? 500)
    }

    /// Remembers a line unless it is empty or the same as the last.
    mutating func add(_ line: String) {
        if line.isEmpty || line == lines.last { return }
        lines.append(line)
        if lines.count > limit { lines.removeFirst(lines.count - limit) }
    }

    /// Writes the file; what goes wrong is no reason to bother anybody.
    func save() {
        guard let path, let folder = FileSystem.parent(of: path) else { return }
        try? FileSystem.makeDirectory(folder, mode: 0o700, parents: true)
        let text = lines.map { $0 + "\n" }.joined()
        try? FileSystem.replace(path, with: text, mode: 0o600)
    }

    /// The newest line at or before `index` that contains `text`.
    func search(_ text: String, before index: Int) -> Int? {
        if text.isEmpty { return nil }
        return lines[..<min(index, lines.count)].lastIndex { $0.contains(text) }
    }
}
