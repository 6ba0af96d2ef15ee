import LinuxSystem

/// The file of `--log`: a line for each error, with its time.
final class LogFile {
    private let file: Descriptor

    /// Opens the file, to be added to.
    init(_ path: String) throws(SystemError) {
        file = try FileSystem.open(path, [.writeOnly, .create, .append], mode: 0o600)
    }

    func write(_ level: String, _ text: String) {
        let time = LocalTime.now
        let line = "[\(time.dotted) roost \(ThisProcess.id)] \(level) \(text)\n"
        try? file.writeAll(Array(line.utf8))
    }
}
