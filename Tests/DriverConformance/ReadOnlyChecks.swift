import Virt
import VirtDriver

/// What a client of a daemon's read-only socket must be refused, and what it may do.
public let readOnlyChecks: [ObjectCheck] = [
    ObjectCheck("who only reads finds and lists, and is refused every change") { sort in
        let object = TriedObject(name: "conformance-refused", uuid: .random())
        _ = try await sort.list(0)
        try await sort.expectMissing("a lookup") { () throws(VirtError) in
            _ = try await sort.find(uuid: object.uuid)
        }
        let document = sort.document(object, .plain)
        try await expectError(.operationDenied, "define") { () throws(VirtError) in
            try await sort.define(document)
        }
        try await expectError(.operationDenied, "undefine") { () throws(VirtError) in
            try await sort.undefine(object)
        }
        guard let sort = sort as? any StartableSort else { return }
        try await expectError(.operationDenied, "create") { () throws(VirtError) in
            try await sort.create(document)
        }
        try await expectError(.operationDenied, "start") { () throws(VirtError) in
            try await sort.start(object)
        }
        try await expectError(.operationDenied, "stop") { () throws(VirtError) in
            try await sort.stop(object)
        }
        try await expectError(.operationDenied, "autostart") { () throws(VirtError) in
            try await sort.setAutostart(object, true)
        }
    }
]
