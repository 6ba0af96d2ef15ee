import LinuxSystem

extension ProgramLog {
    /// Removes the file, and those that were put aside when it had grown (`NAME.log.0` and so on); may wait.
    public func remove() {
        guard let folder = FileSystem.parent(of: path), let all = try? FileSystem.names(in: folder) else {
            return
        }
        let own = Array(FileSystem.lastPart(of: path).utf8)
        for name in all where name.utf8.starts(with: own) {
            let rest = name.utf8.dropFirst(own.count)
            let isNumber = rest.dropFirst().allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            guard rest.isEmpty || rest.first == UInt8(ascii: ".") && rest.count > 1 && isNumber else {
                continue
            }
            _ = try? FileSystem.remove("\(folder)/\(name)")
        }
    }
}
