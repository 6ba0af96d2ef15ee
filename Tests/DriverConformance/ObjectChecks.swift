import Virt
import VirtDriver

/// The contract of definitions, lookups, lists and events, for every sort of objects.
public let objectChecks: [ObjectCheck] = [
    ObjectCheck("what is defined is found by its identity and its name, is listed, and tells its events") {
        sort in
        try await sort.withObject { object in
            try expectEqual(try await sort.find(name: object.name), object.uuid, "what its name finds")
            try expectEqual(try await sort.find(uuid: object.uuid), object.uuid, "what its identity finds")
            try expect(try await sort.list(0).contains(object.uuid), "it is not listed")
            let events = try await ObjectRecorder(sort, object)
            try await sort.define(sort.document(object, .plain))
            try expectEqual(events.take(), [0], "events of the second define")
            try await sort.undefine(object)
            try expectEqual(events.take(), [1], "events of undefine")
            try expect(try await !sort.list(0).contains(object.uuid), "it is still listed")
        }
    },
    ObjectCheck("what isn't there, or not any more, is answered by number") { sort in
        let none = TriedObject(name: "conformance-none", uuid: .random())
        try await expectMissing(sort, none)
        try await sort.withObject { object in
            try await sort.undefine(object)
            try await expectMissing(sort, object)
        }
    },
    ObjectCheck("a name belongs to one identity") { sort in
        try await sort.withObject { object in
            let other = sort.document(TriedObject(name: object.name, uuid: .random()), .plain)
            try await expectError(sort.differences.nameTaken, "define with its name") {
                () throws(VirtError) in
                try await sort.define(other)
            }
            try expectEqual(try await sort.find(name: object.name), object.uuid, "what its name finds then")
        }
    },
    ObjectCheck("what a dump says can be defined again and says the same") { sort in
        for variant in sort.variants {
            try await sort.withObject(variant) { object in
                let text = try await sort.xml(object)
                try await sort.define(text)
                try expectEqual(try await sort.xml(object), text, "the second dump")
            }
        }
    },
    ObjectCheck("documents that can't be are refused by number") { sort in
        for (text, code) in [("<", ErrorNumber.xmlDetail), ("<open>", .xmlDetail), ("<other/>", .xmlError)] {
            try await expectError(code, "define of '\(text)'") { () throws(VirtError) in
                try await sort.define(text)
            }
        }
    },
    ObjectCheck("lists choose by every filter") { sort in
        for variant in sort.variants {
            try await sort.withObject(variant) { try await expectFilters(sort, $0, variant) }
        }
    },
    ObjectCheck("of several who undefine it at once one does, and the others are told that there is none") {
        sort in
        try await sort.withObject { object in
            let events = try await ObjectRecorder(sort, object)
            let codes = await withTaskGroup(of: ErrorNumber?.self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        do throws(VirtError) { try await sort.undefine(object) } catch { return error.code }
                        return nil
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            try expectEqual(codes.count { $0 == nil }, 1, "how many undefined it")
            try expect(codes.allSatisfy { $0 == nil || $0 == sort.missing }, "they were told \(codes)")
            try expectEqual(events.take(), [1], "events of all that")
        }
    },
]

/// Every call on an object that isn't there must say so.
private func expectMissing(_ sort: any ObjectSort, _ object: TriedObject) async throws {
    try await sort.expectMissing("a lookup by name") { () throws(VirtError) in
        _ = try await sort.find(name: object.name)
    }
    try await sort.expectMissing("a lookup by identity") { () throws(VirtError) in
        _ = try await sort.find(uuid: object.uuid)
    }
    try await sort.expectMissing("a dump") { () throws(VirtError) in _ = try await sort.xml(object) }
    try await sort.expectMissing("undefine") { () throws(VirtError) in try await sort.undefine(object) }
    guard let sort = sort as? any StartableSort else { return }
    try await sort.expectMissing("start") { () throws(VirtError) in try await sort.start(object) }
    try await sort.expectMissing("stop") { () throws(VirtError) in try await sort.stop(object) }
    try await sort.expectMissing("whether it runs") { () throws(VirtError) in
        _ = try await sort.isActive(object)
    }
    try await sort.expectMissing("setting autostart") { () throws(VirtError) in
        try await sort.setAutostart(object, true)
    }
}

/// An object must be in a list just where in each group of flags that has one set, one holds.
func expectFilters(_ sort: any ObjectSort, _ object: TriedObject, _ variant: ObjectVariant) async throws {
    let truths = try await sort.truths(object, variant)
    let known = sort.listGroups.reduce(0) { $0 | $1 }
    let bits = (0..<32).map { UInt32(1) << $0 }.filter { known & $0 != 0 }
    for first in bits {
        for second in bits {
            let flags = first | second
            let belongs = sort.listGroups.allSatisfy { flags & $0 == 0 || flags & $0 & truths != 0 }
            try expectEqual(
                try await sort.list(flags).contains(object.uuid), belongs,
                "whether it is in the list of flags \(flags), while \(truths) hold")
        }
    }
}
