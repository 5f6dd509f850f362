using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using VirtMigration.Native.Domains;
using VirtMigration.Native.Interop;
using VirtMigration.Ports;

namespace VirtMigration.Native.Events;

/// <summary>What libvirt calls on the event loop's thread. Everything is copied before the call returns, and no exception may leave
/// it: one that crosses into C ends the shell.</summary>
internal static unsafe class MigrationCallbacks
{
    /// <summary>VIR_DOMAIN_EVENT_ID_LIFECYCLE.</summary>
    public const int LifecycleEvent = 0;

    /// <summary>VIR_DOMAIN_EVENT_ID_MIGRATION_ITERATION.</summary>
    public const int IterationEvent = 20;

    /// <summary>VIR_DOMAIN_EVENT_ID_JOB_COMPLETED.</summary>
    public const int CompletedEvent = 21;

    // VIR_DOMAIN_EVENT_SUSPENDED and its detail VIR_DOMAIN_EVENT_SUSPENDED_POSTCOPY.
    private const int Suspended = 3;
    private const int SuspendedPostCopy = 7;

    /// <summary>For lifecycle events.</summary>
    public static void* Lifecycle => (delegate* unmanaged[Cdecl]<nint, nint, int, int, nint, int>)&OnLifecycle;

    /// <summary>For iterations.</summary>
    public static void* Iteration => (delegate* unmanaged[Cdecl]<nint, nint, int, nint, void>)&OnIteration;

    /// <summary>For completed jobs.</summary>
    public static void* Completed => (delegate* unmanaged[Cdecl]<nint, nint, VirTypedParameter*, int, nint, void>)&OnCompleted;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int OnLifecycle(nint connection, nint domain, int type, int detail, nint opaque)
    {
        if (type == Suspended && detail == SuspendedPostCopy)
        {
            Deliver(opaque, new PostCopyStarted());
        }

        return 0;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnIteration(nint connection, nint domain, int iteration, nint opaque) =>
        Deliver(opaque, new IterationStarted(iteration));

    // The parameters belong to libvirt: they are read, not freed.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void OnCompleted(nint connection, nint domain, VirTypedParameter* parameters, int count, nint opaque)
    {
        try
        {
            JobRecord job = JobRecord.Read(JobType.Completed, new(parameters, count));
            if (job.Operation == JobOperation.MigrationOut)
            {
                Deliver(opaque, new JobCompleted(job.Counters));
            }
        }
#pragma warning disable CA1031 // See the type.
        catch (Exception)
#pragma warning restore CA1031
        {
        }
    }

    private static void Deliver(nint opaque, MigrationEvent happened) =>
        _ = CallbackTarget.Get<MigrationSubscription>(opaque)?.Writer.TryWrite(happened);
}
