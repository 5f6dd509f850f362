using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using VirtMigration.Inventory;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Errors;
using VirtMigration.Native.Events;
using VirtMigration.Native.Handles;
using VirtMigration.Native.Interop;
using VirtMigration.Native.Threading;

namespace VirtMigration.Native.Connections;

/// <summary>An open connection to one host's daemon. All its calls block, and one at a time is made
/// (see <see cref="ConnectionPool"/>).</summary>
internal sealed class LibvirtConnection : IDisposable
{
    // A peer that gives no sign is dead after interval * (count + 1) = 20 s (virConnectSetKeepAlive, libvirt-host.h). It also ends
    // the calls that hang on it, and with them their threads.
    private const int KeepAliveSeconds = 5;
    private const uint KeepAliveCount = 3;

    // A migration that is watched is asked for once a second, and to find it costs as much as to ask it.
    private const int MostKept = 64;

    private readonly CloseWatch _watch;
    private readonly ConcurrentDictionary<Guid, LibvirtDomain> _kept = [];

    private LibvirtConnection(ConnectionHandle handle, string host)
    {
        Handle = handle;
        Host = host;
        _watch = CloseWatch.Register(handle);

        // Drivers inside this process and daemons before 0.9.8 have no keepalive: they do without.
        _ = Libvirt.virConnectSetKeepAlive(handle, KeepAliveSeconds, KeepAliveCount);
    }

    /// <summary>The connection's pointer.</summary>
    public ConnectionHandle Handle { get; }

    /// <summary>The host by its registered name, for messages.</summary>
    public string Host { get; }

    /// <summary>The driver (<c>QEMU</c>, <c>TEST</c>), which the client asks for once.</summary>
    public string Driver => Marshal.PtrToStringUTF8(Libvirt.virConnectGetType(Handle)) ?? string.Empty;

    /// <summary>Cancelled when the connection breaks or is closed.</summary>
    public CancellationToken Closed => _watch.Closed;

    /// <summary>Whether the connection is of use. Local: it asks the client's socket, not the host.</summary>
    public bool IsAlive
    {
        get
        {
            try
            {
                return !Closed.IsCancellationRequested && Libvirt.virConnectIsAlive(Handle) != 0;
            }
            catch (ObjectDisposedException)
            {
                return false;
            }
        }
    }

    /// <summary>Opens a connection. Blocks for as long as the network lets it.</summary>
    /// <param name="host">The host.</param>
    /// <exception cref="HypervisorException">Unreachable, AccessDenied, ArgumentRejected (the URI) or LibraryMissing.</exception>
    public static LibvirtConnection Open(HostRegistration host)
    {
        LibvirtRuntime.EnsureStarted();
        ConnectionHandle handle = Libvirt.virConnectOpen(host.ConnectUri);
        if (!handle.IsInvalid)
        {
            return new(handle, host.Name);
        }

        LibvirtError error = LibvirtError.Last();
        handle.Dispose();
        HypervisorFault fault = FaultTable.Classify(error);
        string message = fault == HypervisorFault.ArgumentRejected
            ? $"The URI '{host.ConnectUri}' of {host.Name} is not one that libvirt can open: {error.Message}"
            : $"{host.Name} could not be reached at {host.ConnectUri}: {error.Message}";
        throw new HypervisorException(fault, host.Name, (int)error.Code, message, RecommendedAction.For(fault, error));
    }

    /// <summary>Finds a VM.</summary>
    /// <param name="vm">The VM.</param>
    /// <exception cref="HypervisorException">VmNotFound.</exception>
    public unsafe LibvirtDomain Find(Guid vm)
    {
        byte* uuid = stackalloc byte[Libvirt.UuidLength];
        _ = vm.TryWriteBytes(new(uuid, Libvirt.UuidLength), bigEndian: true, out _);
        nint domain = Libvirt.virDomainLookupByUUID(Handle, uuid);
        return domain == 0 ? throw Error($"find the VM {vm}") : new(new(domain, Handle), this);
    }

    /// <summary>Finds a VM that is asked again and again; it stays found as long as the connection does, and is not the caller's to
    /// dispose. What the host no longer has it says when it is asked.</summary>
    /// <param name="vm">The VM.</param>
    /// <exception cref="HypervisorException">VmNotFound.</exception>
    public LibvirtDomain FindKept(Guid vm)
    {
        if (_kept.TryGetValue(vm, out LibvirtDomain? known))
        {
            return known;
        }

        if (_kept.Count >= MostKept)
        {
            Forget();
        }

        return _kept[vm] = Find(vm);
    }

    /// <summary>Defines a domain.</summary>
    /// <param name="xml">Its definition.</param>
    public void Define(string xml)
    {
        nint domain = Libvirt.virDomainDefineXML(Handle, xml);
        if (domain == 0)
        {
            throw Error("define a VM");
        }

        _ = Libvirt.virDomainFree(domain);
    }

    /// <summary>Passes a result on, or throws what this thread's call failed with.</summary>
    /// <param name="result">What libvirt returned; -1 is its failure.</param>
    /// <param name="action">What was asked, as it reads after "could not".</param>
    public int Check(int result, string action) => result >= 0 ? result : throw Error(action);

    /// <summary>What this thread's call just failed with.</summary>
    /// <param name="action">What was asked, as it reads after "could not".</param>
    public HypervisorException Error(string action) => LibvirtError.Last().ToException(Host, action);

    /// <summary>Closes the connection behind the caller's back: closing says goodbye to the daemon, which may hang. Calls that are
    /// under way keep it until they return.</summary>
    public void Retire()
    {
        _watch.End();
        NativeThreads.Start(() =>
        {
            Forget();
            Handle.Dispose();
        });
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watch.End();
        Forget();
        Handle.Dispose();
    }

    private void Forget()
    {
        foreach (Guid vm in _kept.Keys)
        {
            if (_kept.TryRemove(vm, out LibvirtDomain? domain))
            {
                domain.Dispose();
            }
        }
    }
}
