import Virt
import VirtDriver

/// The contract of a life: start, stop, autostart, and objects that live as long as they run.
public let startableChecks: [StartableCheck] = [
    StartableCheck("start and stop do what they say, tell their events, and lists know of it") { sort in
        try await sort.withObject { object in
            let events = try await ObjectRecorder(sort, object)
            try expect(try await !sort.isActive(object), "what was only defined is active")
            try await sort.start(object)
            try expectEqual(events.take(), [2], "events of start")
            try expect(try await sort.isActive(object), "it is not active after start")
            try await expectFilters(sort, object, .plain)
            try await sort.stop(object)
            try expect(events.take().last == sort.stopped, "stop doesn't tell of the end")
            try expect(try await !sort.isActive(object), "it is active after stop")
            try expect(try await sort.isPersistent(object), "it is not persistent after stop")
        }
    },
    StartableCheck("start while it runs, and stop while it doesn't, are answered by number") { sort in
        try await sort.withObject { object in
            try await expect(sort.differences.stopWhileInactive, "stop") { () throws(VirtError) in
                try await sort.stop(object)
            }
            try await sort.start(object)
            try await expectError(sort.differences.startWhileActive, "start") { () throws(VirtError) in
                try await sort.start(object)
            }
            try expect(try await sort.isActive(object), "it is no longer active")
        }
    },
    StartableCheck("autostart is kept, given back, and chosen by lists") { sort in
        try await sort.withObject { object in
            try expect(try await !sort.autostart(object), "it starts with the host unasked")
            for starts in [true, true, false] {
                try await sort.setAutostart(object, starts)
                try expectEqual(try await sort.autostart(object), starts, "autostart")
                try await expectFilters(sort, object, .plain)
            }
        }
    },
    StartableCheck("what is made to run without a definition is transient, and goes when it stops") { sort in
        let object = TriedObject(name: "conformance-\(UUID.random())", uuid: .random())
        let events = try await ObjectRecorder(sort, object)
        try await sort.create(sort.document(object, .plain))
        do {
            try expectEqual(events.take(), [2], "events of create")
            try expect(try await sort.isActive(object), "it is not active")
            try expect(try await !sort.isPersistent(object), "it is persistent")
            try await expectFilters(sort, object, .plain)
        } catch {
            await sort.clear(object)
            throw error
        }
        try await sort.stop(object)
        try expect(events.take().last == sort.stopped, "stop doesn't tell of the end")
        try await sort.expectMissing("a lookup") { () throws(VirtError) in
            _ = try await sort.find(uuid: object.uuid)
        }
    },
    StartableCheck("what runs without a definition becomes persistent by being defined") { sort in
        let object = TriedObject(name: "conformance-\(UUID.random())", uuid: .random())
        try await sort.create(sort.document(object, .plain))
        let result: Result<Void, any Error>
        do {
            try await sort.define(sort.document(object, .plain))
            try expect(try await sort.isPersistent(object), "it is not persistent")
            try expect(try await sort.isActive(object), "it is no longer active")
            try await sort.stop(object)
            try expectEqual(try await sort.find(uuid: object.uuid), object.uuid, "what is left of it")
            result = .success(())
        } catch {
            result = .failure(error)
        }
        await sort.clear(object)
        try result.get()
    },
    StartableCheck("undefine while it runs is refused, or leaves a transient object") { sort in
        try await sort.withObject { object in
            try await sort.start(object)
            let code = sort.differences.undefineWhileActive
            try await expect(code, "undefine") { () throws(VirtError) in try await sort.undefine(object) }
            try expect(try await sort.isActive(object), "it is no longer active")
            try expectEqual(try await sort.isPersistent(object), code != nil, "whether it is persistent")
        }
    },
]
