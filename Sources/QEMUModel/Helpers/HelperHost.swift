import VirtXML

/// What a guest's helpers depend on besides its document: places and programs of the host.
package struct HelperHost: Sendable {
    /// The folder of the guest's log, and of its helpers'.
    package var logs = "/var/log/libvirt/qemu"
    /// The states of TPMs, a folder each, and their logs.
    package var tpmStates = "/var/lib/libvirt/swtpm"
    package var tpmLogs = "/var/log/swtpm/libvirt/qemu"
    /// Whether the daemon has root's rights.
    package var isPrivileged = true
    /// Where a program stands; nil where it isn't installed.
    package var find: @Sendable (String) -> String? = { "/usr/bin/" + $0 }
    /// Whether a file can be executed.
    package var isExecutable: @Sendable (String) -> Bool = { _ in true }
    /// Whether a folder is there.
    package var isFolder: @Sendable (String) -> Bool = { _ in true }
    /// The programs that serve devices by vhost-user, in the order in which they are preferred.
    package var vhostUser: [VhostUserDescriptor] = []
    /// What a program that serves by vhost-user says that it can do.
    package var features: @Sendable (String) -> Set<String> = { _ in [] }
    /// The value of something secret.
    package var secret: @Sendable (SecretContent) throws(ConfigurationError) -> [UInt8] = {
        (_) throws(ConfigurationError) in throw .failed("this host keeps no secrets")
    }

    package init() {}

    /// The program, or what is to be done to have it.
    package func path(_ program: HelperProgram) throws(ConfigurationError) -> String {
        if let path = find(program.rawValue) { return path }
        throw .unsupported("'\(program.rawValue)' is not installed on this host: install \(program.package)")
    }
}
