import ByteText
import DriverKit
import LinuxSystem
import Logging
import QEMUDriver
import SecretDriver

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

    /// The QEMU driver's own folders, and who its guests run as; may wait for the account database.
    func qemu(user: String?) throws(SystemError) -> QEMUConfiguration {
        var configuration = QEMUConfiguration(
            definitions: layout.configuration + "/qemu", run: layout.run + "/qemu",
            library: layout.library + "/qemu",
            logs: layout.logs + "/qemu", cache: layout.cache + "/qemu")
        if isSystem {
            try configuration.useSystemAccount(user)
        } else {
            configuration.uri = "qemu:///session"
        }
        return configuration
    }

    /// The secrets of this host, or of this user.
    func secrets(events: EventHub, log: Logger) -> SecretDriver {
        SecretDriver(
            folder: layout.configuration + "/secrets", keyFile: layout.library + "/secrets/encryption-key",
            credentials: ThisProcess.environment("CREDENTIALS_DIRECTORY"),
            uriPath: isSystem ? "/system" : "/session", events: events, log: log)
    }
}

/// A path from the root folder on.
private func absolute(_ path: String) -> String {
    if path.hasBytePrefix("/") { return path }
    return ((try? ThisProcess.currentDirectory()) ?? "") + "/" + path
}
