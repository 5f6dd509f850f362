using System.Management.Automation;

namespace VirtMigration.Cmdlets.Jobs;

/// <summary>What is done alike to the streams of a job and of its child jobs.</summary>
internal static class JobStreams
{
    // As long as Ctrl+C waits for an abort.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Changes a stream or a state. A job that was removed while its VMs are still under way takes no more, and what others do
    /// when they are told of a change is their own matter: neither may end the job's thread.</summary>
    /// <param name="change">The change.</param>
    public static void Change(Action change)
    {
        try
        {
            change();
        }
        catch (Exception)
        {
            // Nobody is there to be told.
        }
    }

    /// <summary>Adds to a stream.</summary>
    /// <typeparam name="T">What the stream holds.</typeparam>
    /// <param name="stream">The stream.</param>
    /// <param name="item">What is added.</param>
    public static void Add<T>(PSDataCollection<T> stream, T item) => Change(() => stream.Add(item));

    /// <summary>Adds progress. Only the newest that nobody has received is kept: it would grow for as long as a job runs.</summary>
    /// <param name="stream">The stream.</param>
    /// <param name="record">The progress.</param>
    public static void AddNewest(PSDataCollection<ProgressRecord> stream, ProgressRecord record) => Change(() =>
    {
        _ = stream.ReadAll();
        stream.Add(record);
    });

    /// <summary>Says that nothing more will come, so that whoever reads a stream to its end comes to it.</summary>
    /// <param name="job">The job.</param>
    public static void Close(Job job)
    {
        Change(job.Output.Complete);
        Change(job.Error.Complete);
        Change(job.Warning.Complete);
        Change(job.Verbose.Complete);
        Change(job.Progress.Complete);
        Change(job.Debug.Complete);
        Change(job.Information.Complete);
    }

    /// <summary>Whether there is something to receive now.</summary>
    /// <param name="job">The job.</param>
    public static bool HoldData(Job job)
    {
        try
        {
            return job.Output.Count > 0 || job.Error.Count > 0 || job.Warning.Count > 0 || job.Verbose.Count > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Waits until a job that is being stopped has ended, within a bound.</summary>
    /// <param name="job">The job.</param>
    /// <returns>Whether it has.</returns>
    public static bool WaitFor(Job job)
    {
        try
        {
            return job.Finished?.WaitOne(s_patience) ?? true;
        }
        catch (ObjectDisposedException)
        {
            return true;
        }
    }
}
