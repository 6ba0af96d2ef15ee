import ByteText
import DriverKit
import Virt
import VirtDriver
import VirtXML

extension TestDomain {
    /// Puts a persistent definition in place of what there was; false where the domain is gone meanwhile.
    func define(_ definition: DomainDefinition, isNew: Bool) -> Bool {
        if snapshot.isGone { return false }
        let detail: DomainEventDefinedDetailType = isNew || !snapshot.isPersistent ? .added : .updated
        publish { $0.persistent = definition }
        tell(.defined, detail.rawValue)
        return true
    }

    func undefine() throws(VirtError) { try undefineFlags(flags: []) }

    func undefineFlags(flags: DomainUndefineFlags) throws(VirtError) {
        try flags.require(
            [.managedSave, .snapshotsMetadata, .checkpointsMetadata, .nvram],
            in: "testDomainUndefineFlags", from: .test)
        try requireThere()
        if snapshot.hasManagedSave, !flags.contains(.managedSave) {
            let message = "Refusing to undefine while domain managed save image exists"
            throw VirtError(.operationInvalid, message, from: .test)
        }
        tell(.undefined, DomainEventUndefinedDetailType.removed.rawValue)
        publish { ($0.persistent, $0.isAutostarted, $0.hasManagedSave) = (nil, false, false) }
        leaveIfUnused()
    }

    func rename(newName: String?, flags: UInt32) throws(VirtError) -> Int32 {
        try flags.require(in: "testDomainRename", from: .test)
        guard let newName else { throw .null("new_name", in: "virDomainRename") }
        if newName.isEmpty {
            let message = "string new_name in virDomainRename must not be empty"
            throw .refused("virDomainRename", "new_name", message)
        }
        if newName.contains(byte: "/") {
            throw VirtError(.xmlError, "name \(newName) cannot contain '/'", from: .test)
        }
        try requireThere()
        if snapshot.isActive {
            throw VirtError(.operationInvalid, "cannot rename active domain", from: .test)
        }
        let oldName = snapshot.name
        if newName.hasSameBytes(as: oldName) {
            throw VirtError(.operationInvalid, "Can't rename domain to itself", from: .domain)
        }
        try host.domains.claim(newName, for: snapshot.uuid)
        host.domains.release(oldName, of: snapshot.uuid)
        tell(.undefined, DomainEventUndefinedDetailType.renamed.rawValue)
        publish {
            $0.name = newName
            $0.persistent?.name = newName
        }
        tell(.defined, DomainEventDefinedDetailType.renamed.rawValue)
        return 0
    }

    func setAutostart(autostart: Bool) throws(VirtError) {
        try requireThere()
        publish { $0.isAutostarted = autostart }
    }

    func setMetadata(
        type: Int32, metadata: String?, key: String?, uri: String?, flags: DomainModificationImpact
    ) throws(VirtError) {
        try flags.require([.live, .config], in: "testDomainSetMetadata", from: .test)
        try change(flags) { (definition) throws(VirtError) in
            try definition.setMetadata(ofType: type, to: metadata, key: key, uri: uri)
        }
        let event = DomainMetadataChangeEvent(domain: snapshot.reference, type: type, nsuri: uri)
        host.events.publish(.domainMetadataChange(event))
    }

    nonisolated func metadata(
        type: Int32, uri: String?, flags: DomainModificationImpact
    ) throws(VirtError) -> String {
        try flags.require([.live, .config], in: "testDomainGetMetadata", from: .test)
        let now = snapshot
        let impact = try flags.resolvedToRead(
            isActive: now.isActive, isPersistent: now.isPersistent, "virDomainGetMetadata")
        return try now.definition(impact).metadata(ofType: type, uri: uri)
    }

    /// Changes the documents that the flags mean: that of the running guest, the persistent one, or both.
    func change(
        _ flags: DomainModificationImpact, _ change: (inout DomainDefinition) throws(VirtError) -> Void
    ) throws(VirtError) {
        try requireThere()
        let now = snapshot
        let impact = try flags.resolved(isActive: now.isActive, isPersistent: now.isPersistent)
        var (live, persistent) = (now.live, now.persistent)
        if impact.contains(.live), var definition = live {
            try change(&definition)
            live = definition
        }
        if impact.contains(.config), var definition = persistent {
            try change(&definition)
            persistent = definition
        }
        publish { ($0.live, $0.persistent) = (live, persistent) }
    }
}
