import JSON
import Virt
import VirtXML

/// A processor as the guest's system counts it.
package struct GuestVCPU: Equatable, Sendable {
    package let number: Int
    package var isOnline: Bool
    package let canGo: Bool

    /// Those that an answer to `guest-get-vcpus` names.
    package static func all(in answer: JSONValue) throws(VirtError) -> [GuestVCPU] {
        guard let entries = answer.array else {
            throw .malformed("qemu agent didn't return an array of cpus")
        }
        if entries.count > CPUSet.limit { throw .malformed("the guest's agent names \(entries.count) cpus") }
        var all: [GuestVCPU] = []
        for entry in entries {
            guard let number = entry["logical-id"]?.uint.flatMap({ Int(exactly: $0) }),
                number <= CPUSet.limit
            else { throw .malformed("'logical-id' missing in reply of guest-get-vcpus") }
            guard let isOnline = entry["online"]?.bool else {
                throw .malformed("'online' missing in reply of guest-get-vcpus")
            }
            // Where the agent doesn't say, it can't be known until it is tried.
            all.append(
                GuestVCPU(
                    number: number, isOnline: isOnline, canGo: entry["can-offline"]?.bool ?? false))
        }
        return all
    }

    /// As a call reports them.
    package static func report(_ all: [GuestVCPU]) -> [TypedParameter] {
        func numbers(_ isOne: (GuestVCPU) -> Bool) -> TypedValue {
            .string(CPUSet(all.filter(isOne).map(\.number)).xml)
        }
        return [
            TypedParameter("vcpus", numbers { _ in true }),
            TypedParameter("online", numbers(\.isOnline)),
            TypedParameter("offlinable", numbers(\.canGo)),
        ]
    }

    /// Those that are to change so that so many are online: the lowest come first, the highest go first.
    package static func change(_ all: [GuestVCPU], toReach count: Int) throws(VirtError) -> [GuestVCPU] {
        guard count <= all.count else {
            throw VirtError(
                .invalidArg,
                "requested vcpu count is greater than the count of enabled vcpus in the domain: \(count) > \(all.count)",
                from: .qemu)
        }
        var online = all.filter(\.isOnline).count
        var changed: [GuestVCPU] = []
        for var one in online < count ? all : all.reversed() where online != count {
            guard one.isOnline == (online > count), !one.isOnline || one.canGo else { continue }
            one.isOnline.toggle()
            online += one.isOnline ? 1 : -1
            changed.append(one)
        }
        guard online == count else {
            throw VirtError(
                .operationInvalid,
                "failed to set vCPU count to \(count): the guest can't do without \(online) of them",
                from: .qemu)
        }
        return changed
    }

    /// Those of a set that are to be online, or no more.
    package static func change(
        _ all: [GuestVCPU], _ set: CPUSet, online: Bool
    ) throws(VirtError) -> [GuestVCPU] {
        let missing = CPUSet(set.members.filter { number in !all.contains { $0.number == number } })
        if !missing.isEmpty {
            throw VirtError(.invalidArg, "guest is missing vCPUs '\(missing.xml)'", from: .qemu)
        }
        var changed = all.filter { set.contains($0.number) }
        if !online, let fixed = changed.first(where: { !$0.canGo }) {
            throw VirtError(
                .operationUnsupported, "vCPU '\(fixed.number)' is not offlinable", from: .qemu)
        }
        for index in changed.indices { changed[index].isOnline = online }
        return changed
    }

    /// What the agent is told of those that change.
    package static func arguments(_ changed: [GuestVCPU]) -> JSONObject {
        ["vcpus": .array(changed.map { ["logical-id": JSONValue($0.number), "online": .bool($0.isOnline)] })]
    }
}
