import DriverKit
import LinuxSystem
import Virt
import VirtXML
import XMLBinding

extension TestHost: DomainHost {
    /// Nothing is kept.
    var storage: DefinitionStore<DomainDefinition>? { nil }

    var processors: CPUSet { CPUSet(Array(0..<Int(max(node.cpus, 0)))) }

    func domain(_ snapshot: TestDomainSnapshot) -> TestDomain {
        TestDomain(host: self, snapshot: snapshot)
    }

    func complete(_ definition: inout DomainDefinition) throws(VirtError) {
        if definition.vcpu.maximum > Self.maxVCPUs {
            let message = "Maximum CPUs greater than specified machine type limit \(Self.maxVCPUs)"
            throw VirtError(.configUnsupported, message, from: .domain)
        }
        let defaults = GeneralDefaults(arch: "i686") { .random() }
        do throws(XMLError) { try definition.fillGeneralDefaults(defaults) } catch {
            throw VirtError(document: error)
        }
        definition.nameCards()
    }

    /// Puts a persistent domain there, in one of the states that a host can be found with.
    func add(_ definition: DomainDefinition, _ state: DomainState) throws(VirtError) {
        var definition = definition
        try complete(&definition)
        let uuid = definition.uuid ?? .random()
        var snapshot = TestDomainSnapshot(name: definition.name, uuid: uuid)
        (snapshot.persistent, snapshot.state) = (definition, state)
        if state != .shutoff { snapshot.start(definition, as: domains.nextID()) }
        let added = snapshot
        let (_, isNew) = try domains.reserve(name: definition.name, uuid: uuid) { domain(added) }
        if !isNew {
            let message = "domain '\(definition.name)' is already defined with uuid \(uuid)"
            throw VirtError(.operationFailed, message, from: .domain)
        }
    }
}
