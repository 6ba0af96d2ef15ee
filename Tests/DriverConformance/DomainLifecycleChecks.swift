import Virt
import VirtDriver

/// The contract of a domain's life.
public let domainLifecycleChecks: [ConformanceCheck] = [
    ConformanceCheck("a defined domain is shut off, persistent, and found by name and identity") { subject in
        try await subject.withDomain { domain, reference in
            try expectEqual(reference.id, -1, "its number")
            try expectEqual(try await domain.state(flags: 0).state, DomainState.shutoff.rawValue, "its state")
            try expect(try await domain.isPersistent(), "it is not persistent")
            try expect(try await !domain.isActive(), "it is active")
            let found = try await subject.hypervisor.domainLookupByName(name: reference.name)
            try expectEqual(found.uuid, reference.uuid, "what its name finds")
            try expectEqual(
                try await subject.hypervisor.domainLookupByUUID(uuid: reference.uuid).name, reference.name,
                "what its identity finds")
        }
    },
    ConformanceCheck("start, suspend, resume and destroy tell their events in order") { subject in
        try await subject.withDomain { domain, reference in
            let events = try await LifecycleRecorder(subject.connection, domain: reference.uuid)
            try await domain.create()
            try expectEqual(
                try await domain.state(flags: 0).state, DomainState.running.rawValue, "state after create")
            let started = events.take()
            try expect(started.last == "2/0", "after create: \(started)")
            try await domain.suspend()
            try await expectState(domain, .paused, DomainPausedReason.user.rawValue)
            try expectEqual(events.take(), ["3/0"], "events of suspend")
            try await domain.resume()
            try await expectState(domain, .running, DomainRunningReason.unpaused.rawValue)
            try expectEqual(events.take(), ["4/0"], "events of resume")
            try await domain.destroy()
            try await expectState(domain, .shutoff, DomainShutoffReason.destroyed.rawValue)
            try expectEqual(events.take(), ["5/1"], "events of destroy")
        }
    },
    ConformanceCheck("a running domain has a number of its own, and finds itself by it") { subject in
        try await subject.withDomain { domain, reference in
            try await domain.create()
            let first = try await subject.hypervisor.domainLookupByName(name: reference.name)
            try expect(first.id > 0, "its number is \(first.id)")
            try expectEqual(
                try await subject.hypervisor.domainLookupByID(id: first.id).uuid, reference.uuid,
                "what its number finds")
            try await domain.destroy()
            try await expectError(.noDomain, "a lookup by the old number") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainLookupByID(id: first.id)
            }
            try await domain.create()
            let second = try await subject.hypervisor.domainLookupByName(name: reference.name)
            try expect(second.id > first.id, "the second number \(second.id) is not above \(first.id)")
        }
    },
    ConformanceCheck("calls that need a running guest fail on a shut-off domain") { subject in
        try await subject.withDomain { domain, _ in
            let differences = subject.differences
            try await expectError(differences.suspendWhileShutOff, "suspend") { () throws(VirtError) in
                try await domain.suspend()
            }
            try await expectError(differences.resumeWhileShutOff, "resume") { () throws(VirtError) in
                try await domain.resume()
            }
            try await expectError(differences.shutdownWhileShutOff, "shutdown") { () throws(VirtError) in
                try await domain.shutdown()
            }
            try await expectError(.operationInvalid, "reboot") { () throws(VirtError) in
                try await domain.reboot(flags: [])
            }
            try await expectError(.operationInvalid, "reset") { () throws(VirtError) in
                try await domain.reset(flags: 0)
            }
            try await expectError(.operationInvalid, "destroy") { () throws(VirtError) in
                try await domain.destroy()
            }
        }
    },
    ConformanceCheck("calls for another state answer on a running and a paused domain as they say") {
        subject in
        try await subject.withDomain { domain, _ in
            let differences = subject.differences
            try await domain.create()
            try await expectError(differences.createWhileRunning, "create") { () throws(VirtError) in
                try await domain.create()
            }
            try await expect(differences.resumeWhileRunning, "resume") { () throws(VirtError) in
                try await domain.resume()
            }
            try await domain.suspend()
            try await expect(differences.suspendWhilePaused, "suspend") { () throws(VirtError) in
                try await domain.suspend()
            }
            try await expectState(domain, .paused, DomainPausedReason.user.rawValue)
        }
    },
    ConformanceCheck("undefining a running domain leaves it as a transient one, which goes when it ends") {
        subject in
        try await subject.withDomain { domain, reference in
            try await domain.create()
            try await domain.undefine()
            try expect(try await domain.isActive(), "it is no longer active")
            try expect(try await !domain.isPersistent(), "it is still persistent")
            try await domain.destroy()
            try await expectError(.noDomain, "a lookup by name") { () throws(VirtError) in
                _ = try await subject.hypervisor.domainLookupByName(name: reference.name)
            }
            try await expectError(.noDomain, "a call on it") { () throws(VirtError) in
                _ = try await subject.hypervisor.domain(reference).state(flags: 0)
            }
        }
    },
]

func expectState(_ domain: any DomainOperations, _ state: DomainState, _ reason: Int32) async throws {
    let found = try await domain.state(flags: 0)
    try expectEqual(found.state, state.rawValue, "the state")
    try expectEqual(found.reason, reason, "the reason")
}

/// Makes a call that must fail with this error number, or succeed where there is none.
func expect(
    _ code: ErrorNumber?, _ what: String, _ call: () async throws(VirtError) -> Void
) async throws {
    if let code { try await expectError(code, what, call) } else { try await call() }
}
