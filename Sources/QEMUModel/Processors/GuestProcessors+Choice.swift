import Virt
import VirtXML

/// What has to be plugged in or taken out, as indices of places.
package enum ProcessorChange: Equatable, Sendable {
    case plug([Int])
    case unplug([Int])
}

extension GuestProcessors {
    /// What makes the guest have so many processors: the lowest free places are filled, the highest emptied.
    package func change(toReach wanted: Int) throws(VirtError) -> ProcessorChange {
        let isMore = wanted > online
        let candidates =
            isMore
            ? places.indices.filter { !places[$0].isPresent }
            : places.indices.reversed().filter { places[$0].alias != nil }
        var count = online
        var chosen: [Int] = []
        for place in candidates where isMore ? count < wanted : count > wanted {
            count += isMore ? places[place].count : -places[place].count
            guard isMore ? count <= wanted : count >= wanted else { throw Self.tooCoarse }
            chosen.append(place)
        }
        guard count == wanted else { throw Self.noneLeft }
        return isMore ? .plug(chosen) : .unplug(chosen)
    }

    /// The one place of these processors, if they are all of it and can be changed.
    package func place(of numbers: CPUSet, toBeOnline: Bool) throws(VirtError) -> Int {
        var chosen: Int?
        for number in numbers.members {
            guard all.indices.contains(number) else {
                throw VirtError(.invalidArg, "vcpu \(number) is not present in live config", from: .qemu)
            }
            let one = all[number]
            if one.isOnline == toBeOnline {
                throw VirtError(.invalidArg, "vcpu '\(number)' is already in requested state", from: .qemu)
            }
            guard one.isHotpluggable, let place = one.place else {
                throw VirtError(.operationUnsupported, "vcpu '\(number)' can't be unplugged", from: .qemu)
            }
            if let chosen, chosen != place {
                throw VirtError(
                    .operationUnsupported, "only one hotpluggable entity can be selected", from: .qemu)
            }
            chosen = place
        }
        guard let chosen else { throw VirtError(.invalidArg, "no vcpus selected", from: .qemu) }
        try checkSiblings(chosen, numbers)
        return chosen
    }

    private func checkSiblings(_ place: Int, _ numbers: CPUSet) throws(VirtError) {
        for (number, one) in all.enumerated() where one.place == place && !numbers.contains(number) {
            throw VirtError(
                .operationUnsupported,
                "vcpu '\(numbers.members.first ?? 0)' belongs to a larger hotpluggable entity, "
                    + "but siblings were not selected", from: .qemu)
        }
    }

    private static var tooCoarse: VirtError {
        VirtError(
            .configUnsupported, "target vm vcpu granularity does not allow the desired vcpu count",
            from: .qemu)
    }

    private static var noneLeft: VirtError {
        VirtError(
            .configUnsupported,
            "failed to find appropriate hotpluggable vcpus to reach the desired target vcpu count",
            from: .qemu)
    }
}
