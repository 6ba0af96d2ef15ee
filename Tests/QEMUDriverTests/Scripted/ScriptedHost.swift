import DriverConformance
import DriverKit
import Foundation
import LinuxSystem
import Logging
import QEMUCorpus
import Virt
import VirtDriver

@testable import QEMUDriver

/// A QEMU driver with folders of its own, for which a ``ScriptedQEMU`` plays QEMU.
final class ScriptedHost: Sendable {
    let qemu = ScriptedQEMU()
    let folder: String
    let context: QEMUContext
    let connection: any DriverConnection

    init(in former: ScriptedHost? = nil) async throws {
        folder = former?.folder ?? NSTemporaryDirectory() + "roost-scripted-\(UUID().uuidString.prefix(8))"
        var configuration = QEMUConfiguration(
            definitions: folder + "/etc", run: folder + "/run", library: folder + "/lib",
            logs: folder + "/log",
            cache: folder + "/cache")
        configuration.givesImages = false
        configuration.unplugPatience = .milliseconds(50)
        configuration.jobEndPatience = .milliseconds(50)
        context = QEMUContext(
            configuration: configuration, events: EventHub(),
            log: Logger(label: "scripted") { _ in SwiftLogNoOpLogHandler() }, programs: qemu)
        let driver = QEMUDriver(context)
        try await driver.start()
        guard
            let connection = try await driver.open(
                OpenRequest(ConnectionURI("qemu:///system"), for: .thisProcess()))
        else {
            throw VirtError(.internalError, "the driver does not open its own URI", from: .qemu)
        }
        self.connection = connection
    }

    /// Ends what is left and removes the folders.
    func remove() {
        for guest in qemu.guests { guest.die() }
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// A small domain's document.
    static func document(
        _ name: String, _ uuid: Virt.UUID, _ more: String = "", devices: String = ""
    ) -> String {
        """
        <domain type='qemu'><name>\(name)</name><uuid>\(uuid)</uuid><memory unit='MiB'>16</memory>
          <os><type arch='x86_64' machine='pc'>hvm</type></os>\(more)
          <devices><emulator>\(RecordedQEMU.x86.emulator)</emulator>\(devices)</devices></domain>
        """
    }

    /// The names of what is left on disk of running guests, and of their processes.
    var leftovers: [String] {
        func names(_ path: String) -> [String] {
            (try? FileManager.default.contentsOfDirectory(atPath: folder + path)) ?? []
        }
        let records = names("/run").filter {
            $0.hasSuffix(".live") || $0.hasSuffix(".start") || $0.hasSuffix(".pid")
        }
        let folders = names("/lib").filter { $0.hasPrefix("domain-") } + names("/run/channel")
        return records + folders
            + qemu.guests.filter { !$0.process.hasEnded }.map { "\($0.process.identity)" }
    }

    /// A domain of this host.
    func define(_ more: String = "", devices: String = "") async throws -> any DomainOperations {
        let text = Self.document("scripted", .random(), more, devices: devices)
        return try connection.hypervisor.domain(try await connection.hypervisor.domainDefineXML(xml: text))
    }

    /// Waits until the driver is done with all guests that have ended.
    func settled() async throws {
        try await eventually {
            try await connection.hypervisor.numOfDomains() == 0 && leftovers.isEmpty
        }
    }

    var subject: ConformanceSubject {
        var differences = DriverDifferences()
        differences.resumeWhileRunning = .operationInvalid
        return ConformanceSubject(connection: connection, differences: differences) { name, uuid in
            Self.document(name, uuid)
        }
    }
}
