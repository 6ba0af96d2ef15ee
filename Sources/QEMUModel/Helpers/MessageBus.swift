import VirtXML

extension QEMUGuest {
    /// Where the guest's own message bus listens.
    var busSocketPath: String { "\(resources.runFolder)/dbus/\(resources.shortName)-dbus.sock" }

    /// Whether QEMU or one of the guest's helpers talks over a bus that only this guest has.
    var needsBus: Bool {
        domain.devices.interfaces.contains(where: isServedBySlirp)
            || domain.devices.graphics.contains {
                $0.type == .dbus && $0.p2p != true && $0.dbusAddress == nil
            }
    }

    /// The guest's own message bus.
    func messageBus(_ host: HelperHost) throws(ConfigurationError) -> HelperProcess {
        let configuration = "\(resources.runFolder)/dbus/\(resources.shortName)-dbus.conf"
        var helper = HelperProcess(
            .dbus, of: "dbus", path: try host.path(.dbus), log: log("dbus", host),
            arguments: ["--config-file=\(configuration)"])
        helper.socket = .activated(path: busSocketPath)
        helper.folders = [HelperFolder(path: "\(resources.runFolder)/dbus")]
        helper.files = [HelperFile(path: configuration, content: Self.busConfiguration)]
        helper.leftovers = [configuration]
        return helper
    }

    /// Whoever can reach the socket may do everything: these are QEMU and its helpers.
    private static let busConfiguration = """
        <!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
          "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
        <busconfig>
          <type>org.libvirt.qemu</type>
          <listen>systemd:</listen>
          <auth>EXTERNAL</auth>
          <policy context='default'>
            <allow send_destination='*' eavesdrop='true'/>
            <allow eavesdrop='true'/>
            <allow own='*'/>
          </policy>
        </busconfig>

        """
}
