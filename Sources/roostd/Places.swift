import ByteText
import DriverKit
import LinuxSystem

/// Where this daemon's files are.
struct Places {
    let layout: StateLayout
    let socketFolder: String
    let configurationFile: String
    /// Whether that file was named, so that it must be there.
    let namesConfigurationFile: Bool
    let isSystem: Bool

    init(_ options: Options) {
        isSystem = ThisProcess.isRoot
        layout = options.root.map { StateLayout(root: absolute($0)) } ?? (isSystem ? .system : .session)
        socketFolder = options.socketFolder.map(absolute) ?? layout.run
        namesConfigurationFile = options.configurationFile != nil
        configurationFile = options.configurationFile ?? layout.configuration + "/roostd.conf"
    }

    var lockFile: String { layout.run + "/roostd.pid" }

    /// Where it listens, and how one gets there.
    var invitation: String {
        let usual: StateLayout = isSystem ? .system : .session
        let isUsual = [usual.run, "/run/libvirt"].contains(socketFolder)
        let socket = socketFolder + "/libvirt-sock"
        let path = isSystem ? "system" : "session"
        return "listens at \(socket); try: roost "
            + (isUsual ? "list --all" : "-c 'qemu+unix:///\(path)?socket=\(socket)' list --all")
    }
}

/// A path from the root folder on.
private func absolute(_ path: String) -> String {
    if path.hasBytePrefix("/") { return path }
    return ((try? ThisProcess.currentDirectory()) ?? "") + "/" + path
}
