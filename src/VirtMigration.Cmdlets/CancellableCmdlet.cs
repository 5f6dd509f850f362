using System.Management.Automation;

namespace VirtMigration.Cmdlets;

/// <summary>A cmdlet that waits for hosts: Ctrl+C ends the waiting, and every error of the product becomes one error record.</summary>
public abstract class CancellableCmdlet : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stop = new();

    /// <summary>Cancelled when the operator stops the command.</summary>
    protected CancellationToken StopToken => _stop.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stop.Cancel();

    /// <summary>Waits for work on this thread, so that what follows may write.</summary>
    /// <typeparam name="T">What the work gives.</typeparam>
    /// <param name="work">The work.</param>
    protected T Await<T>(Func<CancellationToken, Task<T>> work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            return Task.Run(() => work(StopToken)).GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
    }

    /// <summary>Does something for one object; an error of the product is written, and the next object follows.</summary>
    /// <param name="work">The work.</param>
    protected void ForOne(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
        }
        catch (VirtMigrationException error)
        {
            WriteError(ErrorRecords.From(error));
        }
    }

    /// <summary>Does something that the whole command rests on; an error of the product ends it.</summary>
    /// <param name="work">The work.</param>
    protected void ForAll(Action work)
    {
        ArgumentNullException.ThrowIfNull(work);
        try
        {
            work();
        }
        catch (VirtMigrationException error)
        {
            ThrowTerminatingError(ErrorRecords.From(error));
        }
    }

    /// <summary>Does something that may set work going, or that waits for it: whatever ends the command early, the VMs under way are never
    /// left to nobody's care.</summary>
    /// <param name="ongoing">The work; null: none was set going.</param>
    /// <param name="work">What is done.</param>
    private protected void Guarded(Func<IOngoingWork?> ongoing, Action work)
    {
        try
        {
            work();
        }
        catch (Exception) when (Stopping)
        {
            ongoing()?.SayAfterStop();
            throw;
        }
        catch (Exception)
        {
            ongoing()?.FinishUnderWay();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Releases what the command holds.</summary>
    /// <param name="disposing">Whether it is called by <see cref="Dispose()"/>.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Dispose();
        }
    }
}
