import ByteText
import DriverKit
import QEMUModel
import Virt
import VirtDriver
import VirtXML

/// The command line of a domain as a shell would take it.
struct NativeCommand {
    /// Environment, program and arguments, on one line.
    let text: String

    init(
        _ definition: DomainDefinition, _ qemu: QEMUCapabilities, _ configuration: QEMUConfiguration,
        _ volumes: any StorageVolumes, secrets: any SecretSource
    )
        throws(VirtError)
    {
        do throws(ConfigurationError) {
            let dry = try DryStart(definition, qemu, configuration, volumes, for: .conversion(secrets))
            text = Self.text(dry.folder, dry.domain, qemu.emulator, dry.arguments.words)
        } catch {
            throw VirtError(error)
        }
    }

    private static func text(
        _ folder: String, _ domain: DomainDefinition, _ program: String, _ arguments: [String]
    ) -> String {
        let environment = GuestEnvironment.variables(folder, of: domain).map {
            "\($0.name)=\(quoted($0.value))"
        }
        return (environment + ([program] + arguments).map(quoted)).joined(separator: " ")
    }

    /// A word that a shell would change, in quotes.
    private static func quoted(_ word: String) -> String {
        let plain = word.utf8.allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || "+-_.,:/=@%".utf8.contains(byte)
        }
        if plain && !word.isEmpty { return word }
        return "'" + word.split(atByte: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
            + "'"
    }
}

extension DomainDefinition {
    /// Makes every network card one on a tap that whoever starts the command has to open: nothing of a card
    /// stays but its model and address, as in libvirt's own conversion.
    mutating func connectCardsByTap() {
        for index in devices.interfaces.indices where devices.interfaces[index].type != .hostdev {
            var card = InterfaceDevice()
            card.type = .ethernet
            card.mac = devices.interfaces[index].mac
            card.model = devices.interfaces[index].model ?? devices.interfaces[index].type.requiredModel
            card.info.address = devices.interfaces[index].info.address
            devices.interfaces[index] = card
        }
    }
}
