import ByteText
import LinuxSystem

/// Files whose path begins with what was typed.
enum PathCompletion {
    /// Their paths, folders with a slash behind them.
    static func candidates(for partial: String) -> [String] {
        let slash = partial.lastIndex(ofByte: "/")
        let folder = slash.map { String(partial[...$0]) } ?? ""
        let start = slash.map { partial[partial.utf8.index(after: $0)...] } ?? partial[...]
        guard let names = try? FileSystem.names(in: folder.isEmpty ? "." : expanded(folder)) else {
            return []
        }
        return names.filter {
            $0.hasBytePrefix(start) && (start.hasBytePrefix(".") || !$0.hasBytePrefix("."))
        }.sorted()
            .map {
                let path = folder + $0
                let status = try? FileSystem.status(of: expanded(path))
                return status?.kind == .directory ? path + "/" : path
            }
    }

    private static func expanded(_ path: String) -> String {
        guard path.hasBytePrefix("~/"), let home = UserFolders.home else { return path }
        return home + (path.droppingBytePrefix("~") ?? "")
    }
}
