import Virt
import VirtDriver

/// The contract of definitions, names and lists.
public let domainDefinitionChecks: [ConformanceCheck] = [
    ConformanceCheck("a name belongs to one identity, and an identity to one name") { subject in
        try await subject.withDomain { _, reference in
            let otherIdentity = subject.document(reference.name, .random())
            try await expectError(.operationFailed, "define with another identity") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainDefineXML(xml: otherIdentity)
            }
            let otherName = subject.document("conformance-other", reference.uuid)
            try await expectError(.operationFailed, "define with another name") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainDefineXML(xml: otherName)
            }
        }
    },
    ConformanceCheck("what a dump says can be defined again and says the same") { subject in
        try await subject.withDomain { domain, reference in
            let events = try await LifecycleRecorder(subject.connection, domain: reference.uuid)
            let text = try await domain.xmlDesc(flags: [.inactive, .secure])
            _ = try await subject.hypervisor.domainDefineXML(xml: text)
            try expectEqual(events.take(), ["0/1"], "events of the second define")
            try expectEqual(try await domain.xmlDesc(flags: [.inactive, .secure]), text, "the second dump")
        }
    },
    ConformanceCheck("documents that can't be are refused by number") { subject in
        for (text, code) in [("", ErrorNumber.xmlDetail), ("<domain", .xmlDetail), ("<network/>", .xmlError)]
        {
            try await expectError(code, "define of '\(text)'") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainDefineXML(xml: text)
            }
        }
    },
    ConformanceCheck("renaming moves the name at once, and not onto another's") { subject in
        try await subject.withDomain { domain, reference in
            try await subject.withDomain(named: "conformance-taken") { _, other in
                try await expectError(.operationInvalid, "rename onto another") { () throws(VirtError) in
                    _ = try await domain.rename(newName: other.name, flags: 0)
                }
            }
            let events = try await LifecycleRecorder(subject.connection, domain: reference.uuid)
            _ = try await domain.rename(newName: "conformance-renamed", flags: 0)
            try expectEqual(events.take(), ["1/1", "0/2"], "events of rename")
            try await expectError(.noDomain, "a lookup by the old name") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainLookupByName(name: reference.name)
            }
            try expectEqual(
                try await subject.hypervisor.domainLookupByName(name: "conformance-renamed").uuid,
                reference.uuid,
                "what the new name finds")
            _ = try await domain.rename(newName: reference.name, flags: 0)
        }
    },
    ConformanceCheck("lists choose by every filter") { subject in
        try await subject.withDomain { domain, reference in
            func isListed(_ flags: ConnectListAllDomainsFlags) async throws -> Bool {
                try await subject.hypervisor.listAllDomains(flags: flags).contains {
                    $0.uuid == reference.uuid
                }
            }
            for flags: ConnectListAllDomainsFlags in [
                [], .inactive, .persistent, .shutoff, .noAutostart, .noManagedsave,
            ] {
                try expect(try await isListed(flags), "shut off, it is missing with \(flags)")
            }
            for flags: ConnectListAllDomainsFlags in [
                .active, .transient, .running, .paused, .autostart, [.inactive, .running],
            ] {
                try expect(try await !isListed(flags), "shut off, it is there with \(flags)")
            }
            try await domain.setAutostart(autostart: true)
            try expect(try await isListed(.autostart), "it is missing with autostart")
            try await domain.setAutostart(autostart: false)
            try await domain.create()
            try await domain.suspend()
            try expect(try await isListed([.active, .paused]), "paused, it is missing")
            try expect(
                try await !isListed([.running, .shutoff]), "paused, it is there with running or shut off")
        }
    },
    ConformanceCheck("title, description and others' elements are kept, given back and removed") { subject in
        try await subject.withDomain { domain, _ in
            for (type, uri) in [
                (DomainMetadataType.description, nil), (.title, nil), (.element, "http://roost/x"),
            ] {
                let text = type == .element ? "<note>kept</note>" : "kept"
                try await domain.setMetadata(
                    type: type.rawValue, metadata: text, key: "r", uri: uri, flags: .config)
                let found = try await domain.metadata(type: type.rawValue, uri: uri, flags: .config)
                try expectEqual(found, text, "metadata of type \(type.rawValue)")
                try await domain.setMetadata(
                    type: type.rawValue, metadata: nil, key: nil, uri: uri, flags: .config)
                try await expectError(.noDomainMetadata, "metadata that was removed") {
                    () throws(VirtError) in
                    _ = try await domain.metadata(type: type.rawValue, uri: uri, flags: .config)
                }
            }
            try await expectError(.operationInvalid, "metadata of a guest that doesn't run") {
                () throws(VirtError) in
                _ = try await domain.metadata(type: 0, uri: nil, flags: .live)
            }
        }
    },
]
