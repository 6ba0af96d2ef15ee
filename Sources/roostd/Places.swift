import ByteText
import DriverKit
import LinuxSystem

/// Where this daemon's files are.
struct Places {
    let layout: StateLayout
    let socketFolder: String
    let configurationFile: String
    let isSystem: Bool

    init(_ options: Options) {
        isSystem = ThisProcess.isRoot
        layout = options.root.map { StateLayout(root: absolute($0)) } ?? (isSystem ? .system : .session)
        socketFolder = options.socketFolder.map(absolute) ?? layout.run
        configurationFile = options.configurationFile ?? layout.configuration + "/roostd.conf"
    }

    var lockFile: String { layout.run + "/roostd.pid" }
}

/// A path from the root folder on.
private func absolute(_ path: String) -> String {
    if path.hasBytePrefix("/") { return path }
    return ((try? ThisProcess.currentDirectory()) ?? "") + "/" + path
}
