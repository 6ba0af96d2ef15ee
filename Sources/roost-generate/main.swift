import Foundation

/// Writes the `Generated` folders from the tables in `Protocol/`. With `--check` it writes nothing and fails
/// where a file is not what the tables say.
let root = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
let isCheck = CommandLine.arguments.contains("--check")

func table(_ name: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent("Protocol/\(name)"), encoding: .utf8)
}

func fail(_ message: String) -> Never {
    FileHandle.standardError.write(Data("roost-generate: \(message)\n".utf8))
    exit(1)
}

/// Makes the folder hold just these files; the names of those that were not yet so.
func update(_ folder: String, _ files: [String: String]) throws -> [String] {
    let url = root.appendingPathComponent(folder)
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    var changed: [String] = []
    for (name, text) in files {
        let file = url.appendingPathComponent(name + ".swift")
        if (try? String(contentsOf: file, encoding: .utf8)) == text { continue }
        changed.append("\(folder)/\(name).swift")
        if !isCheck { try text.write(to: file, atomically: true, encoding: .utf8) }
    }
    for old in try FileManager.default.contentsOfDirectory(atPath: url.path)
    where files[String(old.dropLast(6))] == nil {
        changed.append("\(folder)/\(old)")
        if !isCheck { try FileManager.default.removeItem(at: url.appendingPathComponent(old)) }
    }
    return changed.sorted()
}

do {
    let enumerations = try vocabulary(text: try table("vocabulary.txt"))
    let tables = try ["remote", "qemu", "lxc", "admin", "roost"].map {
        try Table(text: try table($0 + ".rpc"))
    }
    var changed: [String] = []
    for (module, files) in [
        ("Sources/Virt", virtFiles(enumerations, tables)),
        ("Sources/RemoteProtocol", protocolFiles(tables)),
        ("Sources/VirtDriver", driverFiles(tables)),
        ("Sources/Daemon", routeFiles(tables)),
        ("Sources/Roost", clientFiles(tables)),
        ("Tests/RemoteProtocolTests", codecFiles(tables)),
    ] {
        changed += try update("\(module)/Generated", files)
    }
    for name in changed { print((isCheck ? "not current: " : "wrote ") + name) }
    if isCheck && !changed.isEmpty { fail("run `make generate` and commit what it writes") }
} catch let error as TableError {
    fail(error.message)
} catch {
    fail("\(error)")
}
