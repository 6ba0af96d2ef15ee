import JSON
import VirtXML

extension DiskDevice {
    /// Whether the daemon runs what makes persistent reservations for the disk.
    package var hasManagedReservations: Bool { source.reservations.map { $0.managed != false } ?? false }
}

extension QEMUGuest {
    /// Where what makes persistent reservations listens.
    var reservationSocketPath: String { "\(resources.domainFolder)/pr-helper0.sock" }

    var needsReservationHelper: Bool { domain.devices.disks.contains(where: \.hasManagedReservations) }

    /// What makes persistent reservations for all disks that leave it to the daemon: commands that only root may send.
    package func reservationHelper(_ host: HelperHost) throws(ConfigurationError) -> HelperProcess {
        var helper = HelperProcess(
            .reservations, of: Self.reservationAlias, path: try host.path(.reservations),
            log: log(Self.reservationAlias, host))
        helper.runsAs = .daemon
        helper.socket = .activated(path: reservationSocketPath)
        return helper
    }

    package static let reservationAlias = "pr-helper0"

    /// The object by which QEMU knows it.
    package var reservationObject: JSONObject {
        [
            "qom-type": "pr-manager-helper", "id": .string(Self.reservationAlias),
            "path": .string(reservationSocketPath),
        ]
    }
}
