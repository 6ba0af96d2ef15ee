import Virt
import VirtXML

extension GraphicsDevice {
    /// The screen with another's password.
    package func withPassword(of new: GraphicsDevice) -> GraphicsDevice {
        var changed = self
        (changed.password, changed.passwordValidTo) = (new.password, new.passwordValidTo)
        changed.connected = new.connected
        return changed
    }

    /// Refuses a change of what a running guest's screen can't change.
    package func checkChange(to new: GraphicsDevice) throws(VirtError) {
        let kind = type.rawValue
        let hasOtherPort = new.autoport != true && new.port != -1 && new.port != nil && new.port != port
        if hasOtherPort || (new.tlsPort ?? tlsPort) != tlsPort {
            throw refusal("cannot change port settings on \(kind) graphics")
        }
        let places = zip(listens, new.listens).allSatisfy { $0.kind.isSamePlace(as: $1.kind) }
        if !new.listens.isEmpty, !places || listens.count != new.listens.count {
            throw refusal("cannot change listen address setting on \(kind) graphics")
        }
        if new.keymap != keymap { throw refusal("cannot change keymap setting on \(kind) graphics") }
    }

    private func refusal(_ message: String) -> VirtError {
        VirtError(.configUnsupported, message, from: .qemu)
    }
}

extension GraphicsListen.Kind {
    /// Whether both say the same, as far as the new one says anything.
    fileprivate func isSamePlace(as new: Self) -> Bool {
        switch (self, new) {
        case (.address, .address(nil)): true
        case (.network(let name, _), .network(let wanted, _)): name == wanted
        default: self == new
        }
    }
}
